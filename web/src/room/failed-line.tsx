import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Icon } from '../ui/icon.tsx'
import type { RefusalReason } from '../../sync/wire.ts'

/** Why a message was not sent, where it is not just bad luck. */
const because: Record<RefusalReason, string> = {
  conflict: 'Not sent: it was sent before with another text.',
  slow_down: 'Not sent: too many at once.',
  busy: 'Not sent: the room is busy.',
  malformed: 'Not sent: the room did not understand it.',
  no_such_message: 'Not sent: what it is about is gone.',
  deleted: 'Not sent: the message was deleted.',
  not_allowed: 'Not sent: you may not write here.',
  too_late: 'Not sent: it is too late for that.',
  history_away: 'Not sent: older messages cannot be reached.',
  internal: 'Not sent.',
}

/** Under a message that was not sent: what can be done about it. */
export function FailedLine({
  reason,
  text,
  onRetry,
  onDiscard,
}: {
  reason: RefusalReason
  text: string
  onRetry: () => void
  onDiscard: () => void
}) {
  return (
    <div className="flex flex-wrap items-center justify-end gap-x-3 px-1 pt-1 text-sm">
      <span className="flex items-center justify-end gap-1.5 text-danger max-sm:basis-full">
        <Icon name="alert" size={16} />
        {because[reason]}
      </span>
      <Button look="link" onClick={onRetry}>
        Retry
      </Button>
      <CopyButton look="link" text={text} />
      <Button look="danger" onClick={onDiscard}>
        Delete
      </Button>
    </div>
  )
}
