import { useState } from 'react'
import { useStore } from 'zustand'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { authorName, peopleOf } from './people.ts'
import type { Desk } from './desk.ts'

/** Under the header: a pinned message at a time, the newest pin first. A press goes there, and on to the next. */
export function PinsBar({ desk }: { desk: Desk }) {
  const pins = useStore(desk.client.view, (now) => now.pins)
  const members = useStore(desk.client.view, (now) => now.members)
  const [turn, setTurn] = useState(0)
  const at = pins.length === 0 ? 0 : turn % pins.length
  const pin = pins[at]
  if (pin === undefined) return null
  const name = authorName(pin, peopleOf(members))
  return (
    <div className="flex h-12 flex-none items-center gap-1 border-b border-line bg-surface ps-4 pe-2">
      <button
        className="flex h-full min-w-0 flex-1 items-center gap-3 rounded-lg text-start text-sm focus-visible:-outline-offset-2"
        onClick={() => {
          desk.show(pin.seq)
          setTurn(at + 1)
        }}
        title="Go to this message"
        type="button"
      >
        <span className="text-petrol">
          <Icon name="pin" size={18} />
        </span>
        <span className="grid min-w-0 flex-1 leading-snug">
          <span className="text-xs font-semibold text-petrol">
            Pinned{pins.length > 1 && ` · ${at + 1} of ${pins.length}`}
          </span>
          <span className="truncate">
            <bdi className="font-medium">{name}</bdi>: <bdi>{pin.text.replace(/\s+/g, ' ')}</bdi>
          </span>
        </span>
      </button>
      <IconButton label="All pinned messages" onClick={() => desk.beside({ kind: 'pins' })}>
        <Icon name="more" />
      </IconButton>
    </div>
  )
}
