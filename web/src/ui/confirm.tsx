import { useState } from 'react'
import { outcome, sentence } from '../outcome.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Alert } from './notice.tsx'
import type { ReactNode } from 'react'

/** Asks before something that cannot be taken back; a failure stays in it, and it can be tried again. */
export function Confirm({
  title,
  verb,
  doing,
  act,
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
  onDone?: () => void
  onClose: () => void
  children: ReactNode
}) {
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)

  async function go() {
    setPending(true)
    setFailure(null)
    const answer = await outcome(act())
    setPending(false)
    const said = answer.ok ? answer.value : sentence(answer.failure)
    if (said !== null) return setFailure(said)
    onClose()
    onDone?.()
  }

  return (
    <Dialog onClose={onClose} title={title}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <div className="text-pretty text-muted wrap-anywhere">{children}</div>
        {failure !== null && <Alert>{failure}</Alert>}
        <div className="flex flex-wrap justify-end gap-2">
          <Button data-first look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button look="destroy" onClick={() => void go()} pending={pending}>
            {pending ? doing : verb}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
