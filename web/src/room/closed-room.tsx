import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { useStore } from 'zustand'
import { Button } from '../ui/button.tsx'
import { Hoist } from '../ui/flags.tsx'
import { Notice } from '../ui/notice.tsx'
import { useDesk } from './desk.ts'
import { UnsentHere } from './unsent-here.tsx'
import type { Closed, RoomClient } from '../../sync/types.ts'

/** A room that cannot be shown: why, and where to go from here. */
export function ClosedRoom({ client, why }: { client: RoomClient; why: Exclude<Closed, 'signed_out'> }) {
  const { inbox } = useDesk().mine
  const { roomId } = client.view.getState()
  const listed = useStore(inbox.view, (now) => now.rooms.some(({ room }) => room === roomId))
  // The list hears later than the room that someone is out of it.
  const [gone, setGone] = useState(false)
  useEffect(() => {
    if (!listed) setGone(true)
  }, [listed])
  const again = why === 'not_a_member' && gone && listed
  const [title, words, action] = about(again ? 'let_in_again' : why)
  return (
    <div className="h-full" role="alert">
      <Notice action={action} art={<Hoist />} level="h1" title={title}>
        {words}
        {why === 'not_a_member' && <UnsentHere client={client} />}
      </Notice>
    </div>
  )
}

function about(why: Exclude<Closed, 'signed_out'> | 'let_in_again') {
  switch (why) {
    case 'not_a_member':
      return [
        'You are not in this room',
        'It may be gone, or you were removed from it. An invitation lets you in.',
        <ToRooms key="to" />,
      ] as const
    case 'let_in_again':
      return [
        'You are in this room again',
        'Somebody let you in.',
        <Button key="open" onClick={() => location.reload()}>
          Open it
        </Button>,
      ] as const
    case 'client_too_old':
      return [
        'Parley has been updated',
        'What you have not sent yet is kept.',
        <Button key="load" onClick={() => location.reload()}>
          Load the new version
        </Button>,
      ] as const
  }
}

function ToRooms() {
  return (
    <Link
      className="inline-flex min-h-10 items-center rounded-lg bg-petrol px-4 font-semibold text-on-petrol hover:bg-petrol-strong touch:min-h-11"
      href="/"
    >
      To your rooms
    </Link>
  )
}
