import { Button, IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import type { HostAct, Waiting } from '../../../../protocol/meetings.ts'

/** Says to a host who wants to come in, until they do something about it or look away. */
export function Knocks({
  waiting,
  onAct,
  onShow,
  onClose,
}: {
  waiting: readonly Waiting[]
  onAct: (act: HostAct) => Promise<string | null>
  /** To the list of those who wait. */
  onShow: () => void
  onClose: () => void
}) {
  const [first] = waiting
  if (first === undefined) return null
  const several = waiting.length > 1
  // Nobody who was refused once comes in with all the others.
  const who = several ? 'all' : [first.id]
  return (
    <section
      aria-label="Someone wants to come in"
      className="toast pointer-events-auto grid w-full gap-3 rounded-2xl border border-line bg-raised p-4 shadow-float sm:max-w-sm"
    >
      <div className="flex items-start gap-2">
        <p className="min-w-0 flex-1 text-pretty" role="status">
          <bdi className="font-semibold">{first.name}</bdi>
          {several
            ? ` and ${waiting.length - 1} more want to come in.`
            : first.before === undefined
              ? ' wants to come in.'
              : first.before === 'denied'
                ? ' was not let in before, and wants to come in again.'
                : ' was removed before, and wants to come in again.'}
        </p>
        <IconButton label="Close this" onClick={onClose}>
          <Icon name="close" size={16} />
        </IconButton>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button className="flex-1" onClick={() => void onAct({ act: 'admit', people: who })}>
          {several ? 'Admit all' : 'Admit'}
        </Button>
        {several ? (
          <Button className="flex-1" look="quiet" onClick={onShow}>
            See who
          </Button>
        ) : (
          <Button className="flex-1" look="quiet" onClick={() => void onAct({ act: 'deny', people: who })}>
            Deny
          </Button>
        )}
      </div>
    </section>
  )
}
