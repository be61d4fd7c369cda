import { useState } from 'react'
import { useLocation } from 'wouter'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { Media } from '../../../protocol/events.ts'
import { sentence } from '../outcome.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Sign } from '../ui/sign.tsx'
import { Menu, MenuItem } from '../ui/menu.tsx'
import { anchorOf, type Anchor } from '../ui/popup.tsx'
import { iMay } from '../room/standing.ts'
import { lasted, useSecond } from './lasted.ts'
import { startCall, straightIn } from './start-call.ts'
import type { RoomCall } from '../../../protocol/downstream.ts'
import type { RoomView } from '../../sync/types.ts'
import type { Desk } from '../room/desk.ts'

/** Starts a call in the room: the meeting that it is opens at once, and the room rings. */
export function CallButtons({ desk }: { desk: Desk }) {
  const { client } = desk
  const [, navigate] = useLocation()
  const [starting, setStarting] = useState(false)
  const [ways, setWays] = useState<Anchor | null>(null)
  const { offered, roomId } = useStore(
    client.view,
    useShallow((view) => ({
      offered:
        view.call === null && view.connection.state === 'live' && view.members.length > 1 && iMay(view, 'start_call'),
      roomId: view.roomId,
    })),
  )

  async function start(media: Media) {
    setWays(null)
    if (starting) return
    setStarting(true)
    const answer = await startCall(roomId, media)
    setStarting(false)
    if (!answer.ok) desk.say(sentence(answer.failure))
    else navigate(`/meet/${answer.value.id}`, { state: straightIn })
  }

  if (!offered) return null
  return (
    <>
      {/* A narrow header has space for one of the two. */}
      <IconButton
        aria-busy={starting || undefined}
        aria-haspopup="menu"
        className="sm:hidden"
        label="Call"
        onClick={(event) => setWays(anchorOf(event.currentTarget))}
      >
        <Sign name="call" />
      </IconButton>
      <IconButton
        aria-busy={starting || undefined}
        className="max-sm:hidden"
        label="Call"
        onClick={() => void start('audio')}
      >
        <Sign name="call" />
      </IconButton>
      <IconButton
        aria-busy={starting || undefined}
        className="max-sm:hidden"
        label="Video call"
        onClick={() => void start('video')}
      >
        <Sign name="camera" />
      </IconButton>
      {ways !== null && (
        <Menu at={ways} label="Call" onClose={() => setWays(null)}>
          <MenuItem icon="call" onClick={() => void start('audio')}>
            Call
          </MenuItem>
          <MenuItem icon="camera" onClick={() => void start('video')}>
            Video call
          </MenuItem>
        </Menu>
      )}
    </>
  )
}

/** Under the header while a call is live: who is in it, for how long, and the way in. */
export function CallBanner({ desk }: { desk: Desk }) {
  const call = useStore(desk.client.view, (now) => now.call)
  if (call === null) return null
  return (
    <section
      aria-label="Live call"
      className="flex min-h-12 flex-none items-center gap-3 border-b border-line bg-petrol-soft ps-4 pe-2 text-sm"
    >
      <span className="flex-none text-petrol">
        <Sign name={call.media === 'video' ? 'camera' : 'call'} size={18} />
      </span>
      <p className="min-w-0 flex-1 truncate">
        <span className="font-semibold text-petrol">{call.media === 'video' ? 'Video call' : 'Call'}</span>{' '}
        <Lasting call={call} desk={desk} />
        <Names call={call} desk={desk} />
      </p>
      <Join call={call} desk={desk} />
    </section>
  )
}

/** The live call where it began in the room's log. */
export function CallCard({ desk, said }: { desk: Desk; said: string }) {
  const call = useStore(desk.client.view, (now) => now.call)
  if (call === null) return said
  return (
    <span className="mx-auto my-1 flex w-full max-w-md items-center gap-3 rounded-2xl border border-line bg-raised p-3 text-start">
      <span className="grid size-10 flex-none place-items-center rounded-full bg-petrol-soft text-petrol">
        <Sign name={call.media === 'video' ? 'camera' : 'call'} />
      </span>
      <span className="grid min-w-0 flex-1">
        <bdi className="font-semibold text-pretty text-ink">{said}</bdi>
        <span className="text-pretty">
          <Lasting call={call} desk={desk} />
          <Names call={call} desk={desk} />
        </span>
      </span>
      <Join call={call} desk={desk} />
    </span>
  )
}

function Join({ call, desk }: { call: RoomCall; desk: Desk }) {
  const [at, navigate] = useLocation()
  const me = useStore(desk.client.view, (now) => now.me)
  const count = call.people.length + call.guests
  // The meeting's own chat shows the card too.
  if (at === `/meet/${call.meeting}`) return null
  return (
    <Button
      className="flex-none px-3! whitespace-nowrap"
      onClick={() => navigate(`/meet/${call.meeting}`, { state: { inside: true } })}
    >
      {call.people.includes(me) ? 'Return' : 'Join'}
      {count > 0 && ` (${count})`}
    </Button>
  )
}

/** How long it has lasted; while nobody has taken it, that. */
function Lasting({ call, desk }: { call: RoomCall; desk: Desk }) {
  const ahead = useStore(desk.client.view, (now) => now.clockOffset)
  const now = useSecond()
  if (call.unanswered) return call.unanswered === 'missed' ? 'No answer' : 'Declined'
  if (call.takenAt === null) return 'Calling…'
  return <span className="tabular-nums">{lasted(now + ahead - call.takenAt)}</span>
}

function Names({ call, desk }: { call: RoomCall; desk: Desk }) {
  const members = useStore(desk.client.view, (now) => now.members)
  const names = inside(call, members)
  if (names === '') return null
  return (
    <>
      {' · '}
      <bdi className="text-muted">{names}</bdi>
    </>
  )
}

/** Who is in a call: members by name, guests by their number. */
function inside({ people, guests }: RoomCall, members: RoomView['members']): string {
  const named = people.flatMap((person) => members.find((member) => member.person === person)?.name ?? [])
  const strangers = guests === 0 ? [] : [guests === 1 ? '1 guest' : `${guests} guests`]
  const rest = named.length - mostNamed
  const shown = rest > 0 ? [...named.slice(0, mostNamed), `${rest} more`] : named
  return and.format([...shown, ...strangers])
}

const mostNamed = 4
const and = new Intl.ListFormat('en-GB')
