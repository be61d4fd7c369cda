import { useState } from 'react'
import { useStore } from 'zustand'
import { limits } from '../../../protocol/limits.ts'
import { outcome, type Failure } from '../outcome.ts'
import { useContacts } from '../people/contacts.ts'
import { PeoplePicker, type Person } from '../people/people-picker.tsx'
import { RefusedPeople, type Refused } from '../people/refused.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Alert } from '../ui/notice.tsx'
import { why } from '../why.ts'
import { useDesk } from './desk.ts'
import { away, isLive } from './standing.ts'

/** Adds people to the room, and says of whom it did not work why. */
export function AddPeople({ onClose }: { onClose: () => void }) {
  const desk = useDesk()
  const { client } = desk
  const members = useStore(client.view, (now) => now.members)
  const known = useContacts(desk.mine.inbox)
  const [people, setPeople] = useState<readonly Person[]>([])
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [refused, setRefused] = useState<readonly Refused[]>([])
  const full = people.length >= limits.memberChanges
  const sentence = (failed: Failure) => setFailure(why(failed))

  async function add() {
    if (people.length === 0) return
    setRefused([])
    setFailure(null)
    if (!isLive(client)) return setFailure(away)
    setPending(true)
    const answer = await outcome(client.changeMembers(people.map(({ id }) => ({ kind: 'add', person: id }))))
    setPending(false)
    if (!answer.ok) return sentence(answer.failure)
    const left = answer.value.refused.filter(({ reason }) => reason !== 'already')
    if (left.length === 0) return onClose()
    setRefused(left)
  }

  if (refused.length > 0) {
    return (
      <Dialog onClose={onClose} title="Not everyone was added">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <RefusedPeople people={people} refused={refused} />
          <div className="flex flex-wrap justify-end gap-2">
            <Button data-first look="quiet" onClick={onClose}>
              Close
            </Button>
            <Button onClick={() => desk.over({ kind: 'invite' })}>Make a link</Button>
          </div>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog onClose={onClose} title="Add people">
      <div className="grid min-h-72 grid-cols-[minmax(0,1fr)] grid-rows-[1fr] content-start gap-4">
        <PeoplePicker
          autoFocus
          chosen={people}
          known={known}
          label={full ? `People (${limits.memberChanges} at most at once)` : 'People'}
          onDrop={(person) => setPeople(people.filter(({ id }) => id !== person.id))}
          onPick={(person) => !full && setPeople([...people, person])}
          without={(person) => members.some((member) => member.person === person)}
        />
        {failure !== null && <Alert>{failure}</Alert>}
        <Button disabled={people.length === 0} onClick={() => void add()} pending={pending}>
          {pending ? 'Adding…' : people.length > 1 ? `Add ${people.length} people` : 'Add'}
        </Button>
      </div>
    </Dialog>
  )
}
