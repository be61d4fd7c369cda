import { useState } from 'react'
import { createRoom } from '../../../protocol/endpoints/rooms.ts'
import { limits } from '../../../protocol/limits.ts'
import { gate } from '../gate.ts'
import { newId } from '../new-id.ts'
import { fieldError, outcome } from '../outcome.ts'
import { useContacts } from '../people/contacts.ts'
import { PeoplePicker, type Person } from '../people/people-picker.tsx'
import { Button } from '../ui/button.tsx'
import { Segments, Switch } from '../ui/choices.tsx'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import { TextArea } from '../ui/text-area.tsx'
import { why } from '../why.ts'
import type { Refused } from '../people/refused.tsx'
import type { Client } from '../../sync/client.ts'
import type { Failure } from '../outcome.ts'
import type { FormEvent } from 'react'

/** A group that was just made: whom it could not add, and whether a link was wanted. */
export interface MadeGroup {
  id: string
  name: string
  people: readonly Person[]
  refused: readonly Refused[]
  wantsLink: boolean
}

type Visibility = 'private' | 'public'

const visibilities: readonly (readonly [value: Visibility, label: string])[] = [
  ['private', 'Private'],
  ['public', 'Public'],
]

const meanings: Record<Visibility, string> = {
  private: 'Only whom somebody adds or sends a link comes in.',
  public: 'Everyone finds it among the public rooms, and may come in.',
}

/** Asks what a group is to be, and makes it. */
export function NewGroup({ client, onMade }: { client: Client; onMade: (group: MadeGroup) => void }) {
  // One id for every try, so that a retry makes no second room.
  const [id] = useState(newId)
  const known = useContacts(client.inbox)
  const [people, setPeople] = useState<readonly Person[]>([])
  const [visibility, setVisibility] = useState<Visibility>('private')
  const [wantsLink, setWantsLink] = useState(false)
  const [pending, setPending] = useState(false)
  const [missing, setMissing] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const full = people.length >= limits.memberChanges

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    const { elements } = event.currentTarget
    const field = elements.namedItem('name') as HTMLInputElement
    const description = (elements.namedItem('description') as HTMLTextAreaElement).value.trim()
    const name = field.value.trim()
    setMissing(name === '')
    setFailure(null)
    if (name === '') return field.focus()
    setPending(true)
    const members = people.map((person) => person.id)
    const body = { ...{ id, name, description, visibility, members } }
    const answer = await outcome(gate.api.call(createRoom, { body }))
    setPending(false)
    if (!answer.ok) return setFailure(answer.failure)
    onMade({ id: answer.value.room.id, name, people, refused: answer.value.refused, wantsLink })
  }

  return (
    <form className="grid grid-cols-[minmax(0,1fr)] gap-5" noValidate onSubmit={submit}>
      <Field
        autoComplete="off"
        autoFocus
        dir="auto"
        error={missing ? 'Give the group a name.' : fieldError(failure, 'name')}
        label="Name of the group"
        maxLength={limits.roomName}
        name="name"
      />
      <TextArea
        label="Description"
        maxLength={limits.roomDescription}
        name="description"
        placeholder="What is it for? You can leave this out."
        rows={2}
      />
      <div className="grid gap-2">
        <Segments
          choices={visibilities}
          chosen={visibility}
          legend="Who finds it"
          name="visibility"
          onChoose={setVisibility}
        />
        <p className="text-sm text-pretty text-muted" role="status">
          {meanings[visibility]}
        </p>
      </div>
      <PeoplePicker
        chosen={people}
        known={known}
        label={full ? `People (${limits.memberChanges} at most at once)` : 'People'}
        onDrop={(person) => setPeople(people.filter(({ id }) => id !== person.id))}
        onPick={(person) => !full && setPeople([...people, person])}
        without={(person) => person === client.me.id}
      />
      <Switch
        hint="For people whom you do not find here. It is made in the next step."
        label="Invite people with a link"
        on={wantsLink}
        onChange={setWantsLink}
      />
      {failure !== null && failure.errors.length === 0 && <Alert>{why(failure)}</Alert>}
      <Button pending={pending} type="submit">
        {pending ? 'Making the group…' : 'Make the group'}
      </Button>
    </form>
  )
}
