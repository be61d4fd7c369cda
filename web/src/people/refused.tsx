import { Avatar } from '../ui/avatar.tsx'
import type { Person } from './people-picker.tsx'

export interface Refused {
  person: string
  reason: string
}

/** Who could not be added, and why. */
export function RefusedPeople({ refused, people }: { refused: readonly Refused[]; people: readonly Person[] }) {
  return (
    <ul aria-label="Who could not be added" className="grid grid-cols-[minmax(0,1fr)] gap-1">
      {refused.map(({ person, reason }) => {
        const name = people.find(({ id }) => id === person)?.name ?? 'Someone'
        return (
          <li className="flex min-h-12 items-center gap-3" key={person}>
            <Avatar name={name} shape="person" size="medium" />
            <span className="grid min-w-0">
              <bdi className="truncate font-medium">{name}</bdi>
              <span className="text-sm text-pretty text-muted">{refusalWords(reason)}</span>
            </span>
          </li>
        )
      })}
    </ul>
  )
}

/** Why a change of a member was refused, as the room names it. */
export function refusalWords(reason: string): string {
  return words[reason] ?? 'The room did not allow this.'
}

const words: Partial<Record<string, string>> = {
  owner: 'The owner hands the room over first.',
  not_member: 'They are not in this room any more.',
  unknown: 'This account does not exist any more.',
  banned: 'They are banned from this room.',
  already: 'They are in this room already.',
  privacy: 'They do not let themselves be added. Send them a link.',
  too_many_rooms: 'They are in as many rooms as one can be.',
  role: 'Your role does not allow this.',
}
