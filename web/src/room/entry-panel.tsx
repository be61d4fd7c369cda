import { useCallback, useEffect, useState } from 'react'
import { clearPasscode, setPasscode } from '../../../protocol/endpoints/links.ts'
import { changeRoom, getRoom, type RoomDetails } from '../../../protocol/endpoints/rooms.ts'
import { limits } from '../../../protocol/limits.ts'
import { gate } from '../gate.ts'
import { newId } from '../new-id.ts'
import { fieldError, outcome, type Failure } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { Segments, Switch } from '../ui/choices.tsx'
import { Field } from '../ui/field.tsx'
import { Alert, Notice } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { useBackOnline } from '../ui/use-back-online.ts'
import { why } from '../why.ts'
import { useDesk } from './desk.ts'
import type { FormEvent } from 'react'

type Entry = Pick<RoomDetails, 'visibility' | 'joinPolicy' | 'passcode'>

/** Who finds the room, and what is asked of whoever comes in. Each change is made at once. */
export function EntryPanel({ onClose }: { onClose: () => void }) {
  const desk = useDesk()
  const { roomId: room } = desk.client.view.getState()
  const [entry, setEntry] = useState<Entry | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [tries, setTries] = useState(0)

  useEffect(() => {
    let over = false
    setFailure(null)
    void outcome(gate.api.call(getRoom, { params: { room } })).then((answer) => {
      if (over) return
      if (answer.ok) setEntry(answer.value)
      else setFailure(answer.failure)
    })
    return () => void (over = true)
  }, [room, tries])
  const again = useCallback(() => setTries((before) => before + 1), [])
  useBackOnline(failure, again)

  return (
    <Panel onBack={() => desk.beside({ kind: 'settings' })} onClose={onClose} title="Coming in">
      {entry !== null ? (
        <Set entry={entry} onEntry={setEntry} room={room} />
      ) : failure !== null ? (
        <Notice action={<Button onClick={again}>Try again</Button>} title="This could not be loaded">
          {why(failure)}
        </Notice>
      ) : (
        <div aria-label="Loading how people come in" className="breathing grid gap-5 p-4" role="status">
          <i className="bar w-40" />
          <i className="bar w-60" />
          <i className="bar w-28" />
        </div>
      )}
    </Panel>
  )
}

const visibilities = [
  ['private', 'Private'],
  ['public', 'Public'],
] as const

function Set({ room, entry, onEntry }: { room: string; entry: Entry; onEntry: (entry: Entry) => void }) {
  const [said, setSaid] = useState('')
  const [failure, setFailure] = useState<Failure | null>(null)

  /** Shown at once, taken back where it was refused. */
  async function change(part: Partial<Pick<Entry, 'visibility' | 'joinPolicy'>>) {
    setFailure(null)
    setSaid('Saving…')
    onEntry({ ...entry, ...part })
    const answer = await outcome(gate.api.call(changeRoom, { params: { room }, body: { command: newId(), ...part } }))
    if (answer.ok) return (onEntry(answer.value), setSaid('Saved.'))
    onEntry(entry)
    setSaid('')
    setFailure(answer.failure)
  }

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6 p-4">
      <div className="grid gap-2">
        <Segments
          choices={visibilities}
          chosen={entry.visibility}
          legend="Who finds the room"
          name="visibility"
          onChoose={(visibility) => void change({ visibility })}
        />
        <p className="text-sm text-pretty text-muted">
          {entry.visibility === 'public'
            ? 'Everyone finds it among the public rooms, with its description and how many members it has.'
            : 'Only whom somebody adds or sends a link comes in.'}
        </p>
      </div>
      <Switch
        hint="Whoever finds the room or holds a link asks, and an admin lets them in."
        label="People ask before they come in"
        on={entry.joinPolicy === 'approval'}
        onChange={(on) => void change({ joinPolicy: on ? 'approval' : 'open' })}
      />
      {failure !== null && <Alert>{why(failure)}</Alert>}
      <p className="-my-3 min-h-6 text-end text-sm text-muted" role="status">
        {said}
      </p>
      <Passcode onSet={(passcode) => onEntry({ ...entry, passcode })} room={room} set={entry.passcode} />
    </div>
  )
}

/** What whoever comes in has to know. Members stay, whatever it is. */
function Passcode({ room, set, onSet }: { room: string; set: boolean; onSet: (set: boolean) => void }) {
  const [editing, setEditing] = useState(false)
  const [pending, setPending] = useState<'set' | 'clear' | null>(null)
  const [short, setShort] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [said, setSaid] = useState('')

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending !== null) return
    const field = event.currentTarget.elements.namedItem('passcode') as HTMLInputElement
    const passcode = field.value
    setFailure(null)
    setShort(passcode.length < limits.passcodeMin)
    if (passcode.length < limits.passcodeMin) return field.focus()
    setPending('set')
    const answer = await outcome(gate.api.call(setPasscode, { params: { room }, body: { passcode } }))
    setPending(null)
    if (!answer.ok) return setFailure(answer.failure)
    setEditing(false)
    setSaid('The passcode is set.')
    onSet(true)
  }

  async function clear() {
    setPending('clear')
    setFailure(null)
    const answer = await outcome(gate.api.call(clearPasscode, { params: { room } }))
    setPending(null)
    if (!answer.ok) return setFailure(answer.failure)
    setSaid('Nobody is asked for a passcode any more.')
    onSet(false)
  }

  return (
    <form className="grid gap-3 border-t border-line pt-5" noValidate onSubmit={save}>
      <div>
        <h3 className="font-medium">Passcode</h3>
        <p className="text-sm text-pretty text-muted">
          {set
            ? 'Whoever comes in is asked for it. It is not shown here: Parley keeps only its hash.'
            : 'Nobody is asked for one. With a passcode a link alone lets nobody in.'}
        </p>
      </div>
      {failure !== null && failure.errors.length === 0 && <Alert>{why(failure)}</Alert>}
      {editing ? (
        <>
          <Field
            autoComplete="off"
            autoFocus
            error={short ? `At least ${limits.passcodeMin} characters.` : fieldError(failure, 'passcode')}
            hint="Tell it to people yourself: no link holds it."
            label="New passcode"
            maxLength={limits.passcodeMax}
            name="passcode"
          />
          <div className="flex flex-wrap justify-end gap-2">
            <Button look="quiet" onClick={() => setEditing(false)}>
              Cancel
            </Button>
            <Button pending={pending === 'set'} type="submit">
              {pending === 'set' ? 'Setting…' : 'Set the passcode'}
            </Button>
          </div>
        </>
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button
            look="quiet"
            onClick={() => {
              setSaid('')
              setEditing(true)
            }}
          >
            {set ? 'Change the passcode' : 'Set a passcode'}
          </Button>
          {set && (
            <Button look="quiet" onClick={() => void clear()} pending={pending === 'clear'}>
              {pending === 'clear' ? 'Removing…' : 'Remove it'}
            </Button>
          )}
        </div>
      )}
      <p className="min-h-6 text-sm text-muted" role="status">
        {said}
      </p>
    </form>
  )
}
