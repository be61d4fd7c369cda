import { useState } from 'react'
import { useStore } from 'zustand'
import { limits } from '../../../protocol/limits.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Choice } from '../ui/choices.tsx'
import { statusStands } from '../people/status-stands.ts'
import { statusTimes, untilWords } from './status-times.ts'
import type { FormEvent } from 'react'
import type { Inbox } from '../../sync/inbox/types.ts'

const emoji = ['💬', '🎧', '🗓️', '🚆', '🏠', '🍽️', '🤒', '🏖️', '🌙']
const proposals: [emoji: string, text: string, time: string][] = [
  ['🗓️', 'In a meeting', '1h'],
  ['🚆', 'On the way', '30min'],
  ['🤒', 'Unwell', 'today'],
  ['🏖️', 'On holiday', 'open'],
]

/** What I say of myself beside my state, and for how long. */
export function StatusPage({ inbox, onDone }: { inbox: Inbox; onDone: () => void }) {
  const status = useStore(inbox.view, (now) => now.status)
  const now = inbox.now()
  const stands = statusStands(status.custom, now)
  const [text, setText] = useState(stands?.text ?? '')
  const [sign, setSign] = useState<string | null>(stands?.emoji ?? null)
  // While nothing is chosen anew, what stands keeps its end.
  const [time, setTime] = useState<string | null>(stands === null ? 'open' : null)
  const signs = sign === null || emoji.includes(sign) ? emoji : [sign, ...emoji]

  function save(event: FormEvent) {
    event.preventDefault()
    const at = inbox.now()
    const until = time === null ? (stands?.until ?? null) : statusTimes.find(({ key }) => key === time)!.until(at)
    const said = text.trim()
    inbox.setStatus({ ...status, custom: said === '' && sign === null ? null : { text: said, emoji: sign, until } })
    onDone()
  }

  return (
    <form className="grid grid-cols-[minmax(0,1fr)] gap-5" onSubmit={save}>
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">Emoji</legend>
        <div className="flex flex-wrap gap-1">
          {[null, ...signs].map((one) => (
            <label
              className="grid size-10 cursor-pointer place-items-center rounded-lg text-xl/none hover:bg-sunken has-checked:bg-petrol-soft has-checked:inset-ring has-checked:inset-ring-petrol has-focus-visible:outline-2 has-focus-visible:outline-petrol touch:size-11"
              key={one}
            >
              <input
                aria-label={one ?? 'No emoji'}
                checked={sign === one}
                className="sr-only"
                name="emoji"
                onChange={() => setSign(one)}
                type="radio"
              />
              {one ?? <span className="text-sm text-muted">None</span>}
            </label>
          ))}
        </div>
      </fieldset>
      <Field
        autoComplete="off"
        dir="auto"
        label="What you say"
        maxLength={limits.statusText}
        onChange={(event) => setText(event.target.value)}
        placeholder="What are you up to?"
        value={text}
      />
      <ul aria-label="Proposals" className="flex flex-wrap gap-1.5">
        {proposals.map(([itsEmoji, words, itsTime]) => (
          <li key={words}>
            <button
              className="min-h-8 rounded-full border border-line px-3 text-sm hover:bg-sunken touch:min-h-11"
              onClick={() => {
                setSign(itsEmoji)
                setText(words)
                setTime(itsTime)
              }}
              type="button"
            >
              {itsEmoji} {words}
            </button>
          </li>
        ))}
      </ul>
      <Choice label="For how long" onChange={setTime} value={time ?? ''}>
        {time === null && (
          <option value="">
            {stands === null || stands.until === null ? 'Until I change it' : untilWords(stands.until, now)}
          </option>
        )}
        {statusTimes.map(({ key, words }) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </Choice>
      <div className="flex flex-wrap justify-end gap-2">
        {stands !== null && (
          <Button
            look="quiet"
            onClick={() => {
              inbox.setStatus({ ...status, custom: null })
              onDone()
            }}
          >
            Clear the status
          </Button>
        )}
        <Button type="submit">Save</Button>
      </div>
    </form>
  )
}
