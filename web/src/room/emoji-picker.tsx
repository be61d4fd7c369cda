import { useEffect, useRef, useState } from 'react'
import { Popup, type Anchor } from '../ui/popup.tsx'
import { useDesk } from './desk.ts'
import { emojiGroups, findEmoji } from './emoji-list.ts'
import { toggleReaction } from './handle.ts'
import type { KeyboardEvent } from 'react'
import type { Message } from '../../sync/wire.ts'

/** In a row, as the grid below has them. */
const perRow = 8

/** Every emoji worth a reaction, by group or by word. Arrows move in it, Enter chooses. */
export function EmojiPicker({ message, at, onClose }: { message: Message; at: Anchor; onClose: () => void }) {
  const desk = useDesk()
  const inside = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const [wanted, setWanted] = useState('')
  const groups = wanted.trim() === '' ? emojiGroups : findEmoji(wanted)

  useEffect(() => search.current?.focus({ preventScroll: true }), [])

  function choose(emoji: string) {
    onClose()
    toggleReaction(desk, message, emoji)
  }

  function onKeyDown(event: KeyboardEvent) {
    const all = [...inside.current!.querySelectorAll<HTMLElement>('[data-emoji]')]
    const now = all.findIndex((one) => one === document.activeElement)
    if (now < 0) {
      if (event.key === 'ArrowDown') {
        event.preventDefault()
        all[0]?.focus()
      }
      if (event.key === 'Enter' && all[0] !== undefined && wanted.trim() !== '') {
        event.preventDefault()
        choose(all[0].dataset['emoji']!)
      }
      return
    }
    const move = step(event.key)
    if (move === null) return
    event.preventDefault()
    const to = all[now + move]
    if (to !== undefined) to.focus()
    else if (move < 0) search.current?.focus()
  }

  return (
    <Popup at={at} className="sm:w-80" label="Choose an emoji" onClose={onClose} onKeyDown={onKeyDown} role="dialog">
      <div className="grid" ref={inside}>
        <div className="p-2">
          <input
            aria-label="Find an emoji"
            autoComplete="off"
            className="min-h-10 w-full rounded-lg border border-line-strong bg-raised px-3 text-base sm:text-[0.9375rem]"
            onChange={(event) => setWanted(event.target.value)}
            placeholder="Find an emoji"
            ref={search}
            type="search"
            value={wanted}
          />
        </div>
        <div className="thin-scroll h-64 px-2 pb-2">
          {groups.length === 0 && <p className="py-8 text-center text-muted">No emoji has this name.</p>}
          {groups.map(({ name, emoji }) => (
            <div aria-label={name} key={name} role="group">
              <p aria-hidden="true" className="py-1 text-xs font-semibold text-muted">
                {name}
              </p>
              <div className="grid grid-cols-8">
                {emoji.map(([character, words]) => (
                  <button
                    aria-label={`${character} ${words.split(' ')[0]!.replaceAll('_', ' ')}`}
                    className="grid aspect-square w-full place-items-center rounded-lg text-xl/none hover:bg-sunken focus-visible:-outline-offset-2"
                    data-emoji={character}
                    key={character}
                    onClick={() => choose(character)}
                    tabIndex={-1}
                    title={words.split(' ')[0]!.replaceAll('_', ' ')}
                    type="button"
                  >
                    {character}
                  </button>
                ))}
              </div>
            </div>
          ))}
        </div>
      </div>
    </Popup>
  )
}

function step(key: string): number | null {
  const forward = document.documentElement.dir === 'rtl' ? -1 : 1
  switch (key) {
    case 'ArrowRight':
      return forward
    case 'ArrowLeft':
      return -forward
    case 'ArrowDown':
      return perRow
    case 'ArrowUp':
      return -perRow
    default:
      return null
  }
}
