import { useEffect, useRef } from 'react'
import { useRing } from '../../calls/use-ring.ts'
import { Button, Turning } from '../../ui/button.tsx'
import { titleOf, type Facts } from '../facts.ts'
import type { Client } from '../../../sync/client.ts'

/** What somebody is told who is the only one in a meeting: whether it still rings, or who could come. */
export function Alone({
  client,
  facts,
  onAgain,
  onInvite,
  onUnanswered,
  onLeave,
}: {
  client: Client | null
  facts: Facts
  /** Calls once more; null: that is not theirs to do. */
  onAgain: (() => void) | null
  /** Gets others in; null: that is not theirs to do. */
  onInvite: (() => void) | null
  /** It rings no more, and nobody came. */
  onUnanswered: () => void
  onLeave: () => void
}) {
  const ring = useRing(facts.call ? client : null, facts.room, facts.id)
  const name = <bdi className="font-semibold text-ink">{titleOf(facts)}</bdi>
  const over = ring === 'declined' || ring === 'missed' || ring === 'cancelled'
  const unanswered = useRef(onUnanswered)
  unanswered.current = onUnanswered
  useEffect(() => {
    if (over) unanswered.current()
  }, [over])
  if (facts.call && ring === null) return null
  return (
    <section
      aria-label="You are alone here"
      className="toast pointer-events-auto grid w-full gap-3 rounded-2xl border border-line bg-raised p-4 shadow-float sm:max-w-sm"
    >
      <p className="flex min-w-0 items-center gap-2 text-pretty text-muted" role="status">
        {ring === 'calling' && <Turning />}
        <span className="min-w-0 wrap-anywhere">
          {ring === 'calling' ? (
            <>Calling {name}…</>
          ) : ring === 'declined' ? (
            <>{name}: the call was declined.</>
          ) : ring === 'missed' ? (
            <>No answer from {name}.</>
          ) : (
            'Nobody else is here.'
          )}
        </span>
      </p>
      {ring !== 'calling' && !over && onInvite !== null && <Button onClick={onInvite}>Bring others in</Button>}
      {(over || (facts.call && ring === 'taken')) && (
        <div className="flex flex-wrap gap-2">
          {over && onAgain !== null && (
            <Button className="flex-1" onClick={onAgain}>
              Call again
            </Button>
          )}
          <Button className="flex-1" look="quiet" onClick={onLeave}>
            Hang up
          </Button>
        </div>
      )}
    </section>
  )
}
