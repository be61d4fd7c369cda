import { useStore } from 'zustand'
import { listTime } from '../times.ts'
import { useMinute } from '../clock.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { useDesk } from './desk.ts'
import { authorName, peopleOf } from './people.ts'
import { iMay } from './standing.ts'

/** Every pinned message, the newest pin first. */
export function PinsPanel({ onClose }: { onClose: () => void }) {
  const desk = useDesk()
  const { client } = desk
  const pins = useStore(client.view, (now) => now.pins)
  const members = useStore(client.view, (now) => now.members)
  const mayPin = useStore(client.view, (now) => iMay(now, 'pin'))
  const now = useMinute()
  const people = peopleOf(members)
  return (
    <Panel onClose={onClose} title="Pinned messages">
      {pins.length === 0 ? (
        <Notice title="Nothing is pinned">
          {mayPin
            ? 'Pin a message from its menu, and everyone finds it here.'
            : 'Moderators pin what everyone should find again.'}
        </Notice>
      ) : (
        <ul className="grid gap-2 p-3">
          {pins.map((pin) => (
            <li className="flex items-start gap-1 rounded-xl border border-line bg-raised" key={pin.seq}>
              <button
                className="grid min-w-0 flex-1 gap-0.5 rounded-xl px-3 py-2 text-start hover:bg-sunken"
                onClick={() => {
                  if (matchMedia('(max-width: 1023.98px)').matches) onClose()
                  // The room beside is free to take the focus once the panel is gone.
                  requestAnimationFrame(() => desk.show(pin.seq))
                }}
                title="Go to this message"
                type="button"
              >
                <span className="flex items-baseline gap-2 text-sm">
                  <bdi className="min-w-0 flex-1 truncate font-semibold">{authorName(pin, people)}</bdi>
                  <time className="flex-none text-xs text-muted">{listTime(pin.at, now)}</time>
                </span>
                <span className="line-clamp-4 break-words whitespace-pre-wrap" dir="auto">
                  {pin.text}
                </span>
              </button>
              {mayPin && (
                <IconButton
                  className="mt-1 me-1"
                  label="Unpin"
                  onClick={() => desk.attempt(client.pin(pin.seq, false))}
                >
                  <Icon name="close" size={16} />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
