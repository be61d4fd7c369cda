import type { Receipt } from '../../../protocol/endpoints/messages.ts'
import type { SeenBy } from './seen-by.ts'

/** Someone a message is for, and when it came to them and was read, where that is known. */
export type Told = Pick<Receipt, 'person' | 'name' | 'deliveredAt' | 'readAt'>

/**
 * How far a message has come with each of the others: as the room's marks say now, with the times that the server has kept.
 * Null: it has not answered. Its receipts leave out who came to the room after the message.
 */
export function toldOf(
  marks: SeenBy,
  receipts: readonly Receipt[] | null,
  me: string,
): Record<'read' | 'delivered' | 'waiting', Told[]> {
  const kept = new Map(receipts?.map((receipt) => [receipt.person, receipt]))
  const isFor = ({ person }: Told) => receipts === null || (person !== me && kept.has(person))
  const told = (people: SeenBy['read']) => {
    return people.map(({ person, name }) => {
      const { deliveredAt = null, readAt = null } = kept.get(person) ?? {}
      return { person, name, deliveredAt, readAt }
    })
  }
  return {
    read: told(marks.read).filter(isFor).sort(lastFirst),
    delivered: told(marks.delivered).filter(isFor).sort(lastFirst),
    waiting: told(marks.waiting).filter(isFor),
  }
}

/** Who read or got it last comes first; whose time nobody knows, last. */
function lastFirst(one: Told, other: Told): number {
  return lastOf(other) - lastOf(one)
}

function lastOf({ deliveredAt, readAt }: Told): number {
  return readAt ?? deliveredAt ?? 0
}
