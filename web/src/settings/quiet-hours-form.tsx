import { useId, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Switch } from '../ui/choices.tsx'
import type { QuietHours } from '../../../protocol/inbox.ts'

const everyDay = [1, 2, 3, 4, 5, 6, 0]
const dayNames = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' })
// 4 January 1970 was a Sunday.
const days = everyDay.map((day) => ({ day, name: dayNames.format(Date.UTC(1970, 0, 4 + day)) }))

/** Hours in which nothing disturbs. The switch counts at once, what is changed about them once it is saved. */
export function QuietHoursForm({
  hours,
  onChange,
}: {
  hours: QuietHours | null
  onChange: (hours: QuietHours | null) => void
}) {
  const id = useId()
  const [edited, setEdited] = useState<QuietHours | null>(null)
  const draft = hours && (edited ?? hours)
  const changed = JSON.stringify(draft) !== JSON.stringify(hours)
  const set = (part: Partial<QuietHours>) => draft !== null && setEdited({ ...draft, ...part })

  function keep(hours: QuietHours | null) {
    setEdited(null)
    onChange(hours)
  }

  return (
    <div className="grid gap-4">
      <Switch
        hint="Nothing notifies you in these hours, wherever you are signed in. Calls still ring."
        label="Quiet hours"
        on={draft !== null}
        onChange={(on) => keep(on ? { from: 22 * 60, to: 7 * 60, timeZone: here(), days: everyDay } : null)}
      />
      {draft !== null && (
        <>
          <div className="grid grid-cols-2 gap-3">
            <TimeField label="From" minutes={draft.from} onChange={(from) => set({ from })} />
            <TimeField
              label={draft.to <= draft.from ? 'To, the next day' : 'To'}
              minutes={draft.to}
              onChange={(to) => set({ to })}
            />
          </div>
          <fieldset>
            <legend className="mb-1.5 text-sm font-medium">On the nights that begin on</legend>
            <div className="grid grid-cols-7 gap-1">
              {days.map(({ day, name }) => (
                <label
                  className="grid min-h-9 cursor-pointer place-items-center rounded-lg border border-line text-sm text-muted has-checked:border-petrol has-checked:bg-petrol-soft has-checked:font-semibold has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-petrol touch:min-h-11"
                  key={day}
                >
                  <input
                    aria-label={name}
                    checked={draft.days.includes(day)}
                    className="sr-only"
                    onChange={(event) =>
                      set({
                        days: event.target.checked ? [...draft.days, day] : draft.days.filter((one) => one !== day),
                      })
                    }
                    type="checkbox"
                  />
                  {name.slice(0, 3)}
                </label>
              ))}
            </div>
          </fieldset>
          <div className="flex flex-wrap items-center justify-between gap-2">
            <p className="text-sm text-muted" id={`${id}-zone`}>
              By the clock in {draft.timeZone.replaceAll('_', ' ')}
              {draft.timeZone !== here() && (
                <>
                  {' · '}
                  <Button look="link" onClick={() => set({ timeZone: here() })}>
                    use {here().replaceAll('_', ' ')}
                  </Button>
                </>
              )}
            </p>
            <Button disabled={!changed || draft.days.length === 0} onClick={() => keep(draft)}>
              Save
            </Button>
          </div>
        </>
      )}
    </div>
  )
}

function TimeField({
  label,
  minutes,
  onChange,
}: {
  label: string
  minutes: number
  onChange: (minutes: number) => void
}) {
  const id = useId()
  return (
    <div className="grid gap-1.5">
      <label className="text-sm font-medium" htmlFor={id}>
        {label}
      </label>
      <input
        className="min-h-11 w-full rounded-lg border border-line-strong bg-raised px-3 text-base text-ink"
        id={id}
        onChange={(event) => {
          const [hour, minute] = event.target.value.split(':').map(Number)
          if (hour !== undefined && minute !== undefined) onChange(hour * 60 + minute)
        }}
        required
        type="time"
        value={`${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`}
      />
    </div>
  )
}

function here(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}
