import { useEffect, useState } from 'react'
import { listRequests } from '../../../protocol/endpoints/requests.ts'
import { useMinute } from '../clock.ts'
import { gate } from '../gate.ts'
import { outcome } from '../outcome.ts'
import { Way } from '../ui/way.tsx'
import { useDesk, type Beside } from './desk.ts'

/** The ways from what a room says of itself to what is behind it, as my role allows. */
export function Ways({
  members,
  administers,
  moderates,
}: {
  members: number
  administers: boolean
  moderates: boolean
}) {
  const desk = useDesk()
  const waiting = useWaiting(administers ? desk.client.view.getState().roomId : null, members)
  const to =
    (kind: Extract<Beside['kind'], 'people' | 'media' | 'pins' | 'entry' | 'links' | 'requests' | 'bans' | 'audit'>) =>
    () =>
      desk.beside({ kind })
  return (
    <ul className="grid grid-cols-[minmax(0,1fr)] border-b border-line p-2">
      <Way icon="people" onClick={to('people')} says={members.toLocaleString()} words="Members" />
      <Way icon="copy" onClick={to('media')} words="Media, files and links" />
      <Way icon="pin" onClick={to('pins')} words="Pinned messages" />
      {administers && (
        <>
          <Way icon="lock" onClick={to('entry')} words="Coming in" />
          <Way icon="link" onClick={to('links')} words="Join links" />
          <Way
            icon="bell"
            loud={waiting !== null && waiting !== '0'}
            onClick={to('requests')}
            says={waiting === '0' ? 'None' : (waiting ?? '')}
            words="Requests to join"
          />
        </>
      )}
      {moderates && <Way icon="block" onClick={to('bans')} words="Banned people" />}
      {administers && <Way icon="archive" onClick={to('audit')} words="What happened here" />}
    </ul>
  )
}

/**
 * How many wait to be let in, as words; null: not known. Asked again every minute, when the page is looked at again, and
 * when someone came in or left: nobody tells a room's admins that someone waits.
 */
function useWaiting(room: string | null, members: number): string | null {
  const [waiting, setWaiting] = useState<string | null>(null)
  const minute = useMinute()
  useEffect(() => {
    if (room === null || document.visibilityState === 'hidden') return
    let over = false
    const ask = async () => {
      const answer = await outcome(gate.api.call(listRequests, { params: { room }, query: {} }))
      if (over || !answer.ok) return
      const { items, next } = answer.value
      setWaiting(`${items.length}${next === null ? '' : '+'}`)
    }
    void ask()
    return () => {
      over = true
    }
  }, [room, members, minute])
  return waiting
}
