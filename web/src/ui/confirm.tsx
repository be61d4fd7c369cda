import { useState } from 'react'
import { outcome, sentence } from '../outcome.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Field } from './field.tsx'
import { Alert } from './notice.tsx'
import type { ReactNode } from 'react'

/**
 * Asks before something that cannot be taken back; a failure stays in it, and it can be tried again. With `typed` only who
 * writes that is believed.
 */
export function Confirm({
  title,
  verb,
  doing,
  act,
  typed,
  back = 'Cancel',
  onDone,
  onClose,
  children,
}: {
  title: string
  verb: string
  /** The verb while it is under way. */
  doing: string
  /** What it does; a sentence when it was refused. */
  act: () => Promise<string | null>
  typed?: string
  /** The button that does nothing: another word where the verb itself is to cancel. */
  back?: string
  onDone?: () => void
  onClose: () => void
  children: ReactNode
}) {
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [said, setSaid] = useState('')
  const [other, setOther] = useState(false)

  async function go(form: HTMLFormElement) {
    if (pending) return
    setOther(typed !== undefined && said.trim() !== typed)
    if (typed !== undefined && said.trim() !== typed) return form.querySelector('input')?.focus()
    setPending(true)
    setFailure(null)
    const answer = await outcome(act())
    setPending(false)
    const refused = answer.ok ? answer.value : sentence(answer.failure)
    if (refused !== null) return setFailure(refused)
    onClose()
    onDone?.()
  }

  return (
    <Dialog onClose={onClose} title={title}>
      <form
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void go(event.currentTarget)
        }}
      >
        <div className="text-pretty text-muted wrap-anywhere">{children}</div>
        {typed !== undefined && (
          <Field
            autoCapitalize="off"
            autoComplete="off"
            dir="auto"
            error={other ? `Write “${typed}”, exactly as it stands here.` : undefined}
            label={`Write “${typed}” to go on`}
            onChange={(event) => setSaid(event.target.value)}
            spellCheck={false}
            value={said}
          />
        )}
        {failure !== null && <Alert>{failure}</Alert>}
        <div className="flex flex-wrap justify-end gap-2">
          <Button data-first={typed === undefined || undefined} look="quiet" onClick={onClose}>
            {back}
          </Button>
          <Button look="destroy" pending={pending} type="submit">
            {pending ? doing : verb}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
