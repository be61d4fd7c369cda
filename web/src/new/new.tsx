import { useState } from 'react'
import { useLocation } from 'wouter'
import { openDirect } from '../../../protocol/endpoints/rooms.ts'
import { gate } from '../gate.ts'
import { outcome, type Failure } from '../outcome.ts'
import { useContacts } from '../people/contacts.ts'
import { PeoplePicker, type Person } from '../people/people-picker.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Sign } from '../ui/sign.tsx'
import { Alert } from '../ui/notice.tsx'
import { why } from '../why.ts'
import { Made } from './made.tsx'
import { NewGroup, type MadeGroup } from './new-group.tsx'
import type { ComponentProps } from 'react'
import type { Client } from '../../sync/client.ts'

type Page = { kind: 'start' } | { kind: 'group' } | { kind: 'made'; group: MadeGroup }

const titles: Record<Page['kind'], string> = { start: 'New', group: 'New group', made: 'The group is made' }

/** The ways to another conversation: with one person, in a new group, in a public room. */
export function New({ client, onClose }: { client: Client; onClose: () => void }) {
  const { inbox } = client
  const [, navigate] = useLocation()
  const [page, setPage] = useState<Page>({ kind: 'start' })

  function enter(room: string) {
    inbox.refresh()
    onClose()
    navigate(`/r/${room}`, { state: { inside: true } })
  }
  const leave = page.kind === 'made' ? () => enter(page.group.id) : onClose

  return (
    <Dialog
      key={page.kind}
      onBack={page.kind === 'group' ? () => setPage({ kind: 'start' }) : undefined}
      onClose={leave}
      title={titles[page.kind]}
    >
      {page.kind === 'start' && (
        <Start
          client={client}
          onEnter={enter}
          onExplore={() => {
            onClose()
            navigate('/explore', { state: { inside: true } })
          }}
          onGroup={() => setPage({ kind: 'group' })}
          onMeetings={() => {
            onClose()
            navigate('/meetings', { state: { inside: true } })
          }}
        />
      )}
      {page.kind === 'group' && (
        <NewGroup
          client={client}
          onMade={(group) =>
            group.refused.length > 0 || group.wantsLink ? setPage({ kind: 'made', group }) : enter(group.id)
          }
        />
      )}
      {page.kind === 'made' && <Made group={page.group} onDone={leave} />}
    </Dialog>
  )
}

function Start({
  client,
  onEnter,
  onGroup,
  onExplore,
  onMeetings,
}: {
  client: Client
  onEnter: (room: string) => void
  onGroup: () => void
  onExplore: () => void
  onMeetings: () => void
}) {
  const known = useContacts(client.inbox)
  const [opening, setOpening] = useState<Person | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)

  async function open(person: Person) {
    if (opening !== null) return
    // There is one room for two people: who has it needs nobody to open it.
    const line = client.inbox.view.getState().rooms.find(({ other }) => other === person.id)
    if (line !== undefined) return onEnter(line.room)
    setOpening(person)
    setFailure(null)
    const answer = await outcome(gate.api.call(openDirect, { body: { person: person.id } }))
    setOpening(null)
    if (answer.ok) onEnter(answer.value.room)
    else setFailure(answer.failure)
  }

  return (
    <div className="grid min-h-80 grid-cols-[minmax(0,1fr)] content-start gap-3">
      <PeoplePicker
        autoFocus
        between={
          <ul className="-mx-2 grid grid-cols-[minmax(0,1fr)]">
            <Way icon="people" onClick={onGroup} words="New group" />
            <Way icon="call" onClick={onMeetings} words="Meetings" />
            <Way icon="search" onClick={onExplore} words="Find public rooms" />
          </ul>
        }
        known={known}
        label="Write to a person"
        onPick={(person) => void open(person)}
        without={(person) => person === client.me.id}
      />
      {/* The region stands before it says something: only then it is read aloud. */}
      <p className="text-sm text-muted" role="status">
        {opening !== null && (
          <>
            Opening the conversation with <bdi>{opening.name}</bdi>…
          </>
        )}
      </p>
      {failure !== null && (
        <Alert>{failure.kind === 'not_found' ? 'This person cannot be written to.' : why(failure)}</Alert>
      )}
    </div>
  )
}

function Way({
  icon,
  words,
  onClick,
}: {
  icon: ComponentProps<typeof Sign>['name']
  words: string
  onClick: () => void
}) {
  return (
    <li>
      <button
        className="flex min-h-12 w-full items-center gap-3 rounded-lg px-2 text-start font-medium hover:bg-sunken focus-visible:-outline-offset-2"
        onClick={onClick}
        type="button"
      >
        <span className="grid size-9 flex-none place-items-center rounded-full bg-petrol-soft text-petrol">
          <Sign name={icon} size={18} />
        </span>
        {words}
      </button>
    </li>
  )
}
