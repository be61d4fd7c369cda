import { Card } from '../auth/card.tsx'
import { Button } from '../ui/button.tsx'
import { LinkButton } from '../ui/link-button.tsx'
import { titleOf, type Facts } from './facts.ts'
import { lasting } from './when.ts'

/** After a call: how long one was in it, and the way back. */
export function After({
  facts,
  ms,
  ended,
  signedIn,
  onRejoin,
}: {
  facts: Facts
  ms: number | null
  ended: boolean
  signedIn: boolean
  onRejoin: () => void
}) {
  return (
    <Card
      lead={
        <>
          <bdi className="font-semibold text-ink">{titleOf(facts)}</bdi>
          {ms !== null && <>. You were in it for {lasting(ms)}.</>}
        </>
      }
      title={ended ? 'The meeting is over' : 'You left the meeting'}
    >
      <div className="grid gap-2">
        {!ended && (
          <Button className="min-h-11" onClick={onRejoin}>
            Rejoin
          </Button>
        )}
        {signedIn ? (
          <LinkButton href={facts.room === null ? '/' : `/r/${facts.room}`} look="quiet">
            {facts.room === null ? 'To your rooms' : 'To the room'}
          </LinkButton>
        ) : (
          <LinkButton href="/sign-up" look="quiet">
            Make an account
          </LinkButton>
        )}
      </div>
    </Card>
  )
}
