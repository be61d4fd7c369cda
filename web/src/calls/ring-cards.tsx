import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useStore } from 'zustand'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import type { Ring } from '../../../protocol/inbox.ts'
import type { Inbox } from '../../sync/inbox/types.ts'

/** Calls that ring here. They take no focus: who writes goes on writing. */
export function RingCards({ inbox }: { inbox: Inbox }) {
  const rings = useStore(inbox.view, (now) => now.rings)
  const [, navigate] = useLocation()
  const [hushed, setHushed] = useState<readonly string[]>([])
  const heard = rings.filter(({ call }) => !hushed.includes(call)).slice(0, 2)
  const hush = (call: string) => setHushed((before) => [...before, call])
  return (
    <>
      <div className="sr-only" role="alert">
        {heard.map((ring) => (
          <p key={ring.call}>{said(ring)}</p>
        ))}
      </div>
      {heard.length > 0 && (
        <OnTop>
          {heard.map((ring) => (
            <RingCard
              inbox={inbox}
              key={ring.call}
              onEnd={() => hush(ring.call)}
              onOpen={() => {
                hush(ring.call)
                navigate(`/r/${ring.room}`, { state: { inside: true } })
              }}
              ring={ring}
            />
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
  const inRoom = ring.roomName !== ring.name
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
            {inRoom && (
              <>
                {' in '}
                <bdi>{ring.roomName}</bdi>
              </>
            )}
          </p>
        </div>
        <span className="breathing grid size-10 flex-none place-items-center rounded-full bg-petrol-soft text-petrol">
          <Icon name="call" />
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
          Open the room
        </Button>
      </div>
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

function said({ name, roomName, media }: Ring): string {
  const where = roomName === name ? '' : ` in ${roomName}`
  return `${name} is calling${media === 'video' ? ' with video' : ''}${where}.`
}
