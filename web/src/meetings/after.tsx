import { useState } from 'react'
import { useLocation } from 'wouter'
import { Card } from '../auth/card.tsx'
import { startCall, straightIn } from '../calls/start-call.ts'
import { useRing } from '../calls/use-ring.ts'
import { Button } from '../ui/button.tsx'
import { LinkButton } from '../ui/link-button.tsx'
import { Alert } from '../ui/notice.tsx'
import { why } from '../why.ts'
import { titleOf, type Facts } from './facts.ts'
import { lasting } from './when.ts'
import type { Client } from '../../sync/client.ts'
import type { Failure } from '../outcome.ts'
import type { RingState } from '../calls/ring-of.ts'

/** After a call: how long one was in it, and the way back. */
export function After({
  facts,
  ms,
  ended,
  client,
  onRejoin,
}: {
  facts: Facts
  ms: number | null
  ended: boolean
  client: Client | null
  onRejoin: () => void
}) {
  const [, navigate] = useLocation()
  const [calls, setCalls] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const { call, room, media } = facts
  const ring = useRing(call ? client : null, room, facts.id)
  const silent = ring !== null && ring !== 'taken'

  async function again() {
    if (room === null) return
    setCalls(true)
    const answer = await startCall(room, media)
    setCalls(false)
    if (answer.ok) navigate(`/meet/${answer.value.id}`, { replace: true, state: straightIn })
    else setFailure(answer.failure)
  }

  return (
    <Card
      lead={
        <>
          <bdi className="font-semibold text-ink">{titleOf(facts)}</bdi>
          {ms !== null && !silent && <>. You were in it for {lasting(ms)}.</>}
        </>
      }
      title={!call ? (ended ? 'The meeting is over' : 'You left the meeting') : titles(ring, ended)}
    >
      <div className="grid gap-2">
        {failure !== null && <Alert>{why(failure)}</Alert>}
        {!ended ? (
          <Button className="min-h-11" onClick={onRejoin}>
            Rejoin
          </Button>
        ) : (
          call && (
            <Button className="min-h-11" onClick={() => void again()} pending={calls}>
              Call again
            </Button>
          )
        )}
        {client !== null ? (
          <LinkButton href={room === null ? '/' : `/r/${room}`} look="quiet">
            {room === null ? 'To your rooms' : 'To the room'}
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

function titles(ring: RingState | null, ended: boolean): string {
  if (!ended) return 'You left the call'
  switch (ring) {
    case 'missed':
    case 'calling':
      return 'No answer'
    case 'declined':
      return 'The call was declined'
    case 'cancelled':
    case 'taken':
    case null:
      return 'The call is over'
  }
}
