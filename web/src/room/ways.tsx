import { useEffect, useState } from 'react'
import { listRequests } from '../../../protocol/endpoints/requests.ts'
import { useMinute } from '../clock.ts'
import { gate } from '../gate.ts'
import { outcome } from '../outcome.ts'
import { Sign } from '../ui/sign.tsx'
import { useDesk, type Beside } from './desk.ts'
import type { ComponentProps } from 'react'

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

function Way({
  icon,
  words,
  says = '',
  loud = false,
  onClick,
}: {
  icon: ComponentProps<typeof Sign>['name']
  words: string
  says?: string
  /** Something waits there. */
  loud?: boolean
  onClick: () => void
}) {
  return (
    <li>
      <button
        className="flex min-h-11 w-full items-center gap-3 rounded-lg px-2 text-start hover:bg-sunken focus-visible:-outline-offset-2"
        onClick={onClick}
        type="button"
      >
        <span className="text-muted">
          <Sign name={icon} />
        </span>
        <span className="min-w-0 flex-1">{words}</span>
        {says !== '' && (
          <span
            className={
              loud
                ? 'rounded-full bg-signal px-2 text-sm font-semibold text-[#16242a] tabular-nums'
                : 'text-sm text-muted tabular-nums'
            }
          >
            {says}
          </span>
        )}
        <span className="text-muted">
          <Sign mirrored name="next" size={16} />
        </span>
      </button>
    </li>
  )
}
