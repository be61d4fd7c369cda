import { Suspense } from 'react'
import { useLocation } from 'wouter'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { CallButtons } from '../calls/lazy-calls.ts'
import { useMinute } from '../clock.ts'
import { PresenceDot } from '../people/presence-dot.tsx'
import { presenceLine } from '../people/presence-words.ts'
import { usePresence } from '../people/use-presence.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { search } from '../search/asked.ts'
import { headcount, hereNow, otherOf, roomName } from './people.ts'
import { iMay } from './standing.ts'
import type { Beside, Desk } from './desk.ts'

/** What the room is called, who is in it and here, what of mine was not sent, and the ways to its panels. */
export function RoomHeader({ desk }: { desk: Desk }) {
  const { client } = desk
  const { inbox } = desk.mine
  const [, navigate] = useLocation()
  const { name, direct, other, live, members, here, mayInvite, failed } = useStore(
    client.view,
    useShallow((view) => ({
      name: roomName(view),
      direct: view.room?.type === 'direct',
      other: otherOf(view),
      live: view.connection.state === 'live',
      members: view.members.length,
      here: hereNow(view).length,
      mayInvite: view.room?.type !== 'direct' && iMay(view, 'add_members'),
      failed: view.rows.reduce((n, row) => n + (row.state === 'failed' ? 1 : 0), 0),
    })),
  )
  const presence = usePresence(inbox, other)
  useMinute()
  const open = useStore(desk.laid, (now) => now.beside?.kind)
  const toggle = (kind: Extract<Beside['kind'], 'people' | 'settings'>) => desk.beside(open === kind ? null : { kind })

  function back() {
    // Come here from the list, the way back is the browser's own; come here from outside, it is the list.
    if ((history.state as { inside?: boolean } | null)?.inside === true) history.back()
    else navigate('/', { replace: true })
  }

  return (
    <header className="flex h-16 flex-none items-center gap-1 border-b border-line bg-surface ps-4 pe-2 max-sm:ps-1">
      <IconButton className="sm:hidden" label="Back to your rooms" onClick={back}>
        <Icon mirrored name="back" size={22} />
      </IconButton>
      <span className="relative flex-none">
        <Avatar name={name} shape={direct ? 'person' : 'room'} size="medium" />
        {live && <PresenceDot state={presence?.state} />}
      </span>
      <div className="grid min-w-0 flex-1 ps-2">
        <h1 className="truncate leading-tight font-semibold tracking-tight">
          <bdi>{name}</bdi>
        </h1>
        <button
          className="min-h-6 w-fit max-w-full truncate rounded text-start text-sm text-muted hover:text-ink hover:underline"
          onClick={() => toggle('people')}
          type="button"
        >
          {direct ? about(live, presenceLine(presence, inbox.now())) : headcount(members, here)}
        </button>
      </div>
      {failed > 0 && (
        <button
          aria-label={`${failed} not sent. Retry`}
          className="flex min-h-8 flex-none items-center gap-1.5 rounded-full bg-danger-soft px-3 text-sm font-medium text-danger hover:underline touch:min-h-11"
          onClick={() => client.retryAll()}
          title="Try to send them again"
          type="button"
        >
          <Icon name="retry" size={16} />
          {failed}
          <span className="max-sm:hidden">not sent</span>
        </button>
      )}
      {mayInvite && (
        <Button className="max-sm:hidden" look="quiet" onClick={() => desk.over({ kind: 'invite' })}>
          <Icon name="link" size={18} />
          <span className="max-lg:sr-only">Invite</span>
        </Button>
      )}
      <Suspense>
        <CallButtons desk={desk} />
      </Suspense>
      <IconButton label="Search this room" onClick={() => search(client.view.getState().roomId)}>
        <Icon name="search" />
      </IconButton>
      <IconButton
        aria-expanded={open === 'people'}
        className="max-sm:hidden"
        label="Members"
        onClick={() => toggle('people')}
      >
        <Icon name="people" />
      </IconButton>
      <IconButton aria-expanded={open === 'settings'} label="Room settings" onClick={() => toggle('settings')}>
        <Icon name="settings" />
      </IconButton>
    </header>
  )
}

/** How the other one of a conversation of two is; where they do not show it, the line still leads to them. */
function about(live: boolean, line: string): string {
  if (!live) return 'Not connected'
  return line === '' ? 'Conversation of two' : line
}
