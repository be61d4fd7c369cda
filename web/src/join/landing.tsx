import { useCallback, useEffect, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useStore } from 'zustand'
import { Card } from '../auth/card.tsx'
import { gate } from '../gate.ts'
import { withNext } from '../next-path.ts'
import { outcome, sentence } from '../outcome.ts'
import { session } from '../session.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Alert } from '../ui/notice.tsx'
import type { LinkPreview } from '../../../protocol/api.ts'
import type { Failure } from '../outcome.ts'

/** Where a join link leads: what may be known of the room, and the way in. */
export function Landing({ code }: { code: string }) {
  const [, navigate] = useLocation()
  const client = useStore(session, (now) => (now.state === 'in' ? now.client : null))
  const [preview, setPreview] = useState<LinkPreview | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [refused, setRefused] = useState<Failure | null>(null)
  const [pending, setPending] = useState(false)

  const load = useCallback(async () => {
    setFailure(null)
    const answer = await outcome(gate.api.link(code))
    if (!answer.ok) return setFailure(answer.failure)
    if (answer.value.member) return navigate(`/r/${answer.value.roomId}`, { replace: true })
    setPreview(answer.value)
  }, [code, navigate])

  useEffect(() => void load(), [load, client])

  async function join() {
    setPending(true)
    setRefused(null)
    const answer = await outcome(gate.api.join(code))
    setPending(false)
    if (!answer.ok) return setRefused(answer.failure)
    client?.inbox.refresh()
    navigate(`/r/${answer.value.roomId}`, { replace: true })
  }

  const shown = failure ?? (refused !== null && isFinal(refused) ? refused : null)
  if (shown !== null) return <Failed failure={shown} onRetry={() => void load()} />
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
      {refused !== null && <Alert>{sentence(refused)}</Alert>}
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
        <Button className="w-full" onClick={() => void join()} pending={pending}>
          {pending ? 'Joining…' : 'Join the room'}
        </Button>
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
    return ['This invitation is over', 'It has expired or was withdrawn. Ask for a new one.']
  }
  if (failure.kind === 'not_found' || failure.kind === 'invalid_request') {
    return ['This invitation is unknown', 'The address may have been cut off on its way to you. Ask for it again.']
  }
  if (failure.kind === 'room_full') return ['The room is full', 'Nobody can join it at the moment.']
  return ['The invitation cannot be opened now', sentence(failure)]
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
