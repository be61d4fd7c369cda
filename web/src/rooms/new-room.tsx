import { useState } from 'react'
import { useLocation } from 'wouter'
import { uuidV7 } from '../../../protocol/ids.ts'
import { limits } from '../../../protocol/limits.ts'
import { gate } from '../gate.ts'
import { fieldError, outcome, sentence } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import type { Inbox } from '../../sync/inbox/types.ts'
import type { Failure } from '../outcome.ts'
import type { FormEvent } from 'react'

/** Asks for a name and makes the room. */
export function NewRoom({ inbox, onClose }: { inbox: Inbox; onClose: () => void }) {
  const [, navigate] = useLocation()
  // One id for every try, so that a retry makes no second room.
  const [id] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))))
  const [pending, setPending] = useState(false)
  const [missing, setMissing] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    const field = event.currentTarget.elements.namedItem('name') as HTMLInputElement
    const name = field.value.trim()
    setMissing(name === '')
    setFailure(null)
    if (name === '') return field.focus()
    setPending(true)
    const answer = await outcome(gate.api.createRoom({ id, name }))
    setPending(false)
    if (!answer.ok) return setFailure(answer.failure)
    inbox.refresh()
    onClose()
    navigate(`/r/${answer.value.id}`, { state: { inside: true } })
  }

  return (
    <Dialog onClose={onClose} title="New room">
      <form className="grid gap-4" noValidate onSubmit={submit}>
        {failure !== null && failure.errors.length === 0 && <Alert>{sentence(failure)}</Alert>}
        <Field
          autoComplete="off"
          autoFocus
          dir="auto"
          error={missing ? 'Give the room a name.' : fieldError(failure, 'name')}
          hint="You invite people with a link afterwards."
          label="Name of the room"
          maxLength={limits.roomName}
          name="name"
        />
        <div className="mt-1 flex flex-wrap justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button pending={pending} type="submit">
            {pending ? 'Making the room…' : 'Make the room'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
