import { useState } from 'react'
import { useStore } from 'zustand'
import { changeMeeting, createMeeting } from '../../../../protocol/endpoints/meetings.ts'
import { limits } from '../../../../protocol/limits.ts'
import { gate } from '../../gate.ts'
import { newId } from '../../new-id.ts'
import { shortTime } from '../../times.ts'
import { useForm, type FieldErrors } from '../../use-form.ts'
import { Button } from '../../ui/button.tsx'
import { Choice, Segments } from '../../ui/choices.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Alert } from '../../ui/notice.tsx'
import { TextArea } from '../../ui/text-area.tsx'
import { why } from '../../why.ts'
import { askedFor, replans, scheduleOf, weekdayOf, weekdays, type AskedFor } from './asked-for.ts'
import { lasting, ownZone } from '../when.ts'
import type { Lobby, Meeting } from '../../../../protocol/meetings.ts'
import type { Client } from '../../../sync/client.ts'

const lobbies: readonly (readonly [Lobby, string])[] = [
  ['strangers', 'Whoever comes by a link'],
  ['everyone', 'Everyone but hosts'],
  ['nobody', 'Nobody'],
]
const lengths = [15, 30, 45, 60, 90, 120, 180, 240]

/** Makes a meeting, now or for later, or changes one. */
export function MeetingForm({
  client,
  meeting,
  onMade,
  onClose,
}: {
  client: Client
  /** The one to change; null: a new one. */
  meeting: Meeting | null
  onMade: (meeting: Meeting) => void
  onClose: () => void
}) {
  const form = useForm()
  const [id] = useState(newId)
  const [asked, setAsked] = useState<AskedFor>(() => askedFor(meeting, Date.now()))
  const [there, setThere] = useState<Meeting | null>(null)
  const rooms = useStore(client.inbox.view, (now) => now.rooms)
  const groups = rooms.filter(({ type }) => type === 'group')
  const change = (part: Partial<AskedFor>) => setAsked((before) => ({ ...before, ...part }))

  async function save() {
    const planned = asked.later && replans(asked, meeting) ? scheduleOf(asked, Date.now()) : null
    const wrong: FieldErrors = planned !== null && 'wrong' in planned ? planned.wrong : {}
    const schedule = planned !== null && 'schedule' in planned ? planned.schedule : undefined
    const { title, description, lobby, mayRecord, media, room } = asked
    const said = {
      title: title.trim(),
      description: description.trim(),
      lobby,
      mayRecord,
      ...(schedule && { schedule }),
    }
    const made = await form.send(wrong, () =>
      meeting === null
        ? gate.api.call(createMeeting, { body: { id, media, ...(room !== '' && { room }), ...said } })
        : gate.api.call(changeMeeting, { params: { meeting: meeting.id }, body: said }),
    )
    if (made === null) return
    // In a room one meeting is live: whoever begins another is answered with that.
    const other = meeting === null && made.value.id !== id && made.value.status === 'live'
    if (other) setThere(made.value)
    else onMade(made.value)
  }

  if (there !== null) {
    return (
      <Dialog key="there" onClose={onClose} title="A meeting is going on there">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <p className="text-pretty wrap-anywhere">
            <bdi className="font-semibold">{there.title || there.roomName}</bdi> has begun in this room already, with{' '}
            <bdi>{there.host.name}</bdi> as its host. A room has one meeting at a time.
          </p>
          <div className="flex flex-wrap justify-end gap-2">
            <Button look="quiet" onClick={() => setThere(null)}>
              Back
            </Button>
            <Button onClick={() => onMade(there)}>Join it</Button>
          </div>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog onClose={onClose} title={meeting === null ? 'New meeting' : 'Change the meeting'}>
      <form
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
        ref={form.ref}
      >
        {form.failure !== null && <Alert>{why(form.failure)}</Alert>}
        <Field
          autoComplete="off"
          dir="auto"
          error={form.errorOf('title')}
          label="Title"
          maxLength={limits.meetingTitle}
          onChange={(event) => change({ title: event.target.value })}
          value={asked.title}
        />
        {meeting === null && (
          <>
            <Segments
              choices={[
                ['video', 'Video'],
                ['audio', 'Only sound'],
              ]}
              chosen={asked.media}
              legend="With"
              name="media"
              onChoose={(media) => change({ media })}
            />
            <Choice
              hint="Its chat is the room’s. A group of its own is named after the meeting."
              label="Room"
              onChange={(room) => change({ room })}
              value={asked.room}
            >
              <option value="">A group of its own</option>
              {groups.map(({ room, name }) => (
                <option key={room} value={room}>
                  {name}
                </option>
              ))}
            </Choice>
            <Segments
              choices={[
                ['now', 'Now'],
                ['later', 'At a time'],
              ]}
              chosen={asked.later ? 'later' : 'now'}
              legend="When"
              name="begins"
              onChoose={(begins) => change({ later: begins === 'later' })}
            />
          </>
        )}
        {asked.later && <When asked={asked} change={change} errorOf={form.errorOf} />}
        <Choice
          hint="Hosts let in whoever waits."
          label="Who waits in the lobby"
          onChange={(lobby) => change({ lobby: lobby as Lobby })}
          value={asked.lobby}
        >
          {lobbies.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Choice>
        <Choice
          label="Who may record it"
          onChange={(mayRecord) => change({ mayRecord: mayRecord as AskedFor['mayRecord'] })}
          value={asked.mayRecord}
        >
          <option value="hosts">Hosts</option>
          <option value="members">Members of the room</option>
        </Choice>
        <TextArea
          label="What it is about"
          maxLength={limits.meetingDescription}
          onChange={(event) => change({ description: event.target.value })}
          value={asked.description}
        />
        <div className="flex flex-wrap justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button pending={form.pending} type="submit">
            {meeting !== null ? 'Save' : asked.later ? 'Plan it' : 'Begin'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function When({
  asked,
  change,
  errorOf,
}: {
  asked: AskedFor
  change: (part: Partial<AskedFor>) => void
  errorOf: (field: string) => string | undefined
}) {
  const zones = [...new Set([asked.timeZone, ownZone(), ...Intl.supportedValuesOf('timeZone')])]
  const lasts = lengths.includes(asked.minutes) ? lengths : [asked.minutes, ...lengths].toSorted((a, b) => a - b)
  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <legend className="sr-only">When it is held</legend>
      <div className="grid grid-cols-2 gap-3">
        <Field
          error={errorOf('date')}
          label="Day"
          onChange={(event) => {
            const date = event.target.value
            const follows = asked.on.length === 1 && asked.on[0] === weekdayOf(asked.date)
            change({ date, ...(follows && date !== '' && { on: [weekdayOf(date)] }) })
          }}
          type="date"
          value={asked.date}
        />
        <Field label="Time" onChange={(event) => change({ time: event.target.value })} type="time" value={asked.time} />
      </div>
      <Choice
        label="How long"
        onChange={(minutes) => change({ minutes: Number(minutes) })}
        value={String(asked.minutes)}
      >
        {lasts.map((minutes) => (
          <option key={minutes} value={minutes}>
            {lasting(minutes * 60_000)}
          </option>
        ))}
      </Choice>
      <Choice label="Time zone" onChange={(timeZone) => change({ timeZone })} value={asked.timeZone}>
        {zones.map((zone) => (
          <option key={zone} value={zone}>
            {zone.replaceAll('_', ' ')}
          </option>
        ))}
      </Choice>
      <Choice
        label="Repeats"
        onChange={(repeats) => change({ repeats: repeats as AskedFor['repeats'] })}
        value={asked.repeats}
      >
        <option value="never">Never</option>
        <option value="day">Daily</option>
        <option value="week">Weekly</option>
        <option value="month">Monthly</option>
      </Choice>
      {asked.repeats === 'week' && (
        <fieldset className="grid gap-2">
          <legend className="mb-2 text-sm font-medium">On</legend>
          <div className="flex flex-wrap gap-2">
            {weekdays.map((day) => (
              <label
                className="grid min-h-11 min-w-11 cursor-pointer place-items-center rounded-lg border border-line px-1 text-sm has-checked:border-petrol has-checked:bg-petrol-soft has-checked:font-semibold has-focus-visible:outline-2 has-focus-visible:outline-petrol"
                key={day}
              >
                <input
                  checked={asked.on.includes(day)}
                  className="sr-only"
                  onChange={({ target }) =>
                    change({ on: target.checked ? [...asked.on, day] : asked.on.filter((one) => one !== day) })
                  }
                  type="checkbox"
                />
                {day[0] + day[1]!.toLowerCase()}
              </label>
            ))}
          </div>
          {errorOf('on') !== undefined && <p className="text-sm text-danger">{errorOf('on')}</p>}
        </fieldset>
      )}
      {asked.repeats !== 'never' && (
        <div className="grid grid-cols-2 items-end gap-3">
          <Field
            error={errorOf('interval')}
            inputMode="numeric"
            label={`Every … ${asked.repeats}s`}
            onChange={(event) => change({ interval: Number(event.target.value) })}
            type="number"
            value={asked.interval}
          />
          <Field
            error={errorOf('times')}
            inputMode="numeric"
            label="How many times"
            onChange={(event) => change({ times: event.target.value })}
            placeholder={asked.until === null ? 'For ever' : `Until ${shortTime(asked.until)}`}
            value={asked.times}
          />
        </div>
      )}
    </fieldset>
  )
}
