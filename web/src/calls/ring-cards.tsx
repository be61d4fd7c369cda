import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useStore } from 'zustand'
import { Avatar } from '../ui/avatar.tsx'
import { clock } from '../times.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Sign } from '../ui/sign.tsx'
import { straightIn } from './start-call.ts'
import type { Ring } from '../../../protocol/inbox.ts'
import type { Inbox } from '../../sync/inbox/types.ts'

/** Calls that ring here. They take no focus: who writes goes on writing. */
export function RingCards({ inbox }: { inbox: Inbox }) {
  const rings = useStore(inbox.view, (now) => now.rings)
  const missed = useStore(inbox.view, (now) => now.missed)
  const [at, navigate] = useLocation()
  const [hushed, setHushed] = useState<readonly string[]>([])
  const [seen, setSeen] = useState<readonly string[]>([])
  const heard = rings.filter(({ call }) => !hushed.includes(call)).slice(0, 2)
  const unseen = missed.filter(({ call, room }) => !seen.includes(call) && at !== `/r/${room}`).slice(-2)
  const hush = (call: string) => setHushed((before) => [...before, call])
  const see = (call: string) => setSeen((before) => [...before, call])
  // The room itself shows a row for it.
  useEffect(() => {
    const here = missed.filter(({ room }) => at === `/r/${room}`).map(({ call }) => call)
    setSeen((before) => [...before, ...here])
  }, [at, missed])
  const open = (room: string) => navigate(`/r/${room}`, { state: { inside: true } })
  return (
    <>
      <div className="sr-only" role="alert">
        {heard.map((ring) => (
          <p key={ring.call}>{said(ring)}</p>
        ))}
        {unseen.map((ring) => (
          <p key={ring.call}>{`You missed a call from ${ring.name}${inRoom(ring)}.`}</p>
        ))}
      </div>
      {heard.length + unseen.length > 0 && (
        <OnTop>
          {heard.map((ring) => (
            <RingCard
              inbox={inbox}
              key={ring.call}
              onEnd={() => hush(ring.call)}
              onOpen={() => {
                inbox.answerRing(ring.call, 'accept')
                hush(ring.call)
                navigate(`/meet/${ring.call}`, { state: straightIn })
              }}
              ring={ring}
            />
          ))}
          {unseen.map((ring) => (
            <MissedCard key={ring.call} onClose={() => see(ring.call)} onOpen={() => open(ring.room)} ring={ring} />
          ))}
        </OnTop>
      )}
    </>
  )
}

function RingCard({ ring, inbox, onOpen, onEnd }: { ring: Ring; inbox: Inbox; onOpen: () => void; onEnd: () => void }) {
  // It ends by itself, also where nobody says so any more.
  const end = useRef(onEnd)
  end.current = onEnd
  useEffect(() => {
    const timer = setTimeout(() => end.current(), Math.max(0, ring.until - inbox.now()))
    return () => clearTimeout(timer)
  }, [inbox, ring.until])
  return (
    <section
      aria-label="Incoming call"
      className="toast pointer-events-auto grid w-full gap-3 rounded-2xl border border-line bg-raised p-4 shadow-float sm:max-w-md"
    >
      <div className="flex items-center gap-3">
        <Avatar name={ring.name} shape="person" size="large" />
        <div className="min-w-0 flex-1">
          <p className="truncate font-semibold">
            <bdi>{ring.name}</bdi>
          </p>
          <p className="truncate text-sm text-muted">
            {ring.media === 'video' ? 'Video call' : 'Call'}
            {inRoom(ring) !== '' && (
              <>
                {' in '}
                <bdi>{ring.roomName}</bdi>
              </>
            )}
          </p>
        </div>
        <span className="breathing grid size-10 flex-none place-items-center rounded-full bg-petrol-soft text-petrol">
          <Sign name="call" />
        </span>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button
          className="flex-1 px-2! whitespace-nowrap"
          look="quiet"
          onClick={() => inbox.answerRing(ring.call, 'decline')}
        >
          Decline
        </Button>
        <Button className="flex-1 px-2! whitespace-nowrap" onClick={onOpen}>
          Answer
        </Button>
      </div>
    </section>
  )
}

/** Says that a call was missed, until someone has seen it: the list of rooms tells messages alone. */
function MissedCard({ ring, onOpen, onClose }: { ring: Ring; onOpen: () => void; onClose: () => void }) {
  return (
    <section
      aria-label="Missed call"
      className="toast pointer-events-auto flex w-full items-center gap-3 rounded-2xl border border-line bg-raised py-2 ps-4 pe-2 shadow-float sm:max-w-md"
    >
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold">
          <bdi>{ring.name}</bdi>
        </p>
        <p className="text-sm text-pretty text-muted">
          Missed call, {clock(ring.until)}
          {inRoom(ring) !== '' && (
            <>
              {' in '}
              <bdi>{ring.roomName}</bdi>
            </>
          )}
        </p>
      </div>
      <Button className="whitespace-nowrap" look="quiet" onClick={onOpen}>
        Open the room
      </Button>
      <IconButton label="Close this" onClick={onClose}>
        <Sign name="close" size={16} />
      </IconButton>
    </section>
  )
}

/** Over everything else, dialogs too. */
function OnTop({ children }: { children: React.ReactNode }) {
  const place = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => place.current?.showPopover(), [])
  return (
    <div
      className="pointer-events-none fixed inset-x-0 top-0 bottom-auto m-0 grid w-full max-w-none justify-items-center gap-2 bg-transparent p-3 pt-[max(0.75rem,env(safe-area-inset-top))] text-ink"
      popover="manual"
      ref={place}
    >
      {children}
    </div>
  )
}

function said(ring: Ring): string {
  return `${ring.name} is calling${ring.media === 'video' ? ' with video' : ''}${inRoom(ring)}.`
}

/** Where it rings; empty in a direct room, which has the caller's name. */
function inRoom({ name, roomName }: Ring): string {
  return roomName === name ? '' : ` in ${roomName}`
}
