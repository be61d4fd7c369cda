import type { Reaction } from '../../../protocol/message.ts'
import type { People } from './people.ts'

const list = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' })
/** So many are named; the others are counted. */
const named = 12

/** Who chose a reaction, me first: "You, Grace Hopper and 3 others". */
export function reactors({ count, people: who }: Reaction, me: string, people: People): string {
  const names = who
    .toSorted((a, b) => Number(b === me) - Number(a === me))
    .slice(0, named)
    .map((person) => (person === me ? 'You' : (people.get(person)?.name ?? 'Someone who left')))
  const others = count - names.length
  return list.format(others > 0 ? [...names, others === 1 ? '1 other' : `${others} others`] : names)
}
