import { useCallback, useEffect, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useStore } from 'zustand'
import { joinByLink, previewLink } from '../../../protocol/endpoints/links.ts'
import { Card } from '../auth/card.tsx'
import { gate } from '../gate.ts'
import { withNext } from '../next-path.ts'
import { failureOf, outcome } from '../outcome.ts'
import { session } from '../session.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { why } from '../why.ts'
import { Enter } from './enter.tsx'
import type { LinkPreview } from '../../../protocol/api.ts'
import type { Failure } from '../outcome.ts'

/** Where a join link leads: what may be known of the room, and the way in. */
export function Landing({ code }: { code: string }) {
  const [, navigate] = useLocation()
  const client = useStore(session, (now) => (now.state === 'in' ? now.client : null))
  const [preview, setPreview] = useState<LinkPreview | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)

  const load = useCallback(async () => {
    setFailure(null)
    const answer = await outcome(gate.api.call(previewLink, { params: { code } }))
    if (!answer.ok) return setFailure(answer.failure)
    if (answer.value.member) return navigate(`/r/${answer.value.roomId}`, { replace: true })
    setPreview(answer.value)
  }, [code, navigate])

  useEffect(() => void load(), [load, client])

  const inside = useCallback(() => {
    client?.inbox.refresh()
    if (preview !== null) navigate(`/r/${preview.roomId}`, { replace: true })
  }, [client, navigate, preview])

  /** What stands against anyone's coming in takes the whole page; the rest is said where it was asked for. */
  async function come(passcode: string | undefined) {
    const body = passcode === undefined ? {} : { passcode }
    try {
      return await gate.api.call(joinByLink, { params: { code }, body })
    } catch (error) {
      const refused = failureOf(error)
      if (isFinal(refused)) setFailure(refused)
      throw error
    }
  }

  if (failure !== null) return <Failed failure={failure} onRetry={() => void load()} />
  if (preview === null) return <Loading />
  const here = `/j/${code}`
  return (
    <Card
      foot={client === null ? 'You see the conversation after you have joined.' : <SignedInAs name={client.me.name} />}
      lead={
        <>
          {preview.invitedBy === null ? (
            'You are invited to join'
          ) : (
            <>
              <bdi className="font-semibold text-ink">{preview.invitedBy}</bdi> invites you to join
            </>
          )}{' '}
          this room.
        </>
      }
      title="You are invited"
    >
      <div className="flex items-center gap-4 rounded-xl border border-line bg-raised p-4">
        <Avatar name={preview.roomName} shape="room" size="huge" />
        <div className="min-w-0">
          <p className="truncate text-lg font-semibold tracking-tight">
            <bdi>{preview.roomName}</bdi>
          </p>
          <p className="text-muted">
            {preview.memberCount === 1 ? '1 member' : `${preview.memberCount.toLocaleString()} members`}
          </p>
        </div>
      </div>
      {client === null ? (
        <div className="grid gap-2">
          <Link className={primary} href={withNext('/sign-up', here)}>
            Make an account to join
          </Link>
          <Link className={quiet} href={withNext('/sign-in', here)}>
            I have an account
          </Link>
        </div>
      ) : (
        <Enter
          approval={preview.approval}
          client={client}
          code={code}
          come={come}
          key={client.me.id}
          onInside={inside}
          passcode={preview.passcode}
          room={preview.roomId}
        />
      )}
    </Card>
  )
}

const primary =
  'inline-flex min-h-11 items-center justify-center rounded-lg bg-petrol px-4 font-semibold text-on-petrol hover:bg-petrol-strong'
const quiet =
  'inline-flex min-h-11 items-center justify-center rounded-lg border border-line px-4 font-medium hover:bg-sunken'

function isFinal(failure: Failure): boolean {
  return (
    failure.kind === 'not_found' ||
    failure.kind === 'invalid_request' ||
    failure.kind === 'link_over' ||
    failure.kind === 'room_full'
  )
}

function SignedInAs({ name }: { name: string }) {
  return (
    <>
      You join as <bdi className="font-semibold text-ink">{name}</bdi>.
    </>
  )
}

function Failed({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const [title, lead] = explain(failure)
  return (
    <Card lead={lead} title={title}>
      {isFinal(failure) ? (
        <Link className={quiet} href="/">
          To your rooms
        </Link>
      ) : (
        <Button className="w-full" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Card>
  )
}

function explain(failure: Failure): [title: string, lead: string] {
  if (failure.kind === 'link_over') {
    return ['This invitation is over', failure.detail ?? 'It has expired or was withdrawn. Ask for a new one.']
  }
  if (failure.kind === 'not_found' || failure.kind === 'invalid_request') {
    return ['This invitation is unknown', 'The address may have been cut off on its way to you. Ask for it again.']
  }
  if (failure.kind === 'room_full')
    return ['The room is full', `${failure.detail ?? ''} Nobody can join it at the moment.`.trim()]
  return ['The invitation cannot be opened now', why(failure)]
}

function Loading() {
  return (
    <Card title="An invitation">
      <div
        aria-label="Loading the invitation"
        className="breathing flex items-center gap-4 rounded-xl border border-line p-4"
        role="status"
      >
        <i className="blob" />
        <div className="grid flex-1 gap-3">
          <i className="bar w-40" />
          <i className="bar w-24" />
        </div>
      </div>
    </Card>
  )
}
