import type { Audience, Presence } from '../../../protocol/inbox.ts'
import { hidden, shown, type Being } from './visit.ts'

/** Some people, of whom one may ask whether someone is among them. */
export type People = Pick<ReadonlySet<string>, 'has'>

/** A person's own say in who sees when they are here. */
export interface Privacy {
  person: string
  lastSeen: Audience
  blocked: People
  /** The people whose direct room with this person this person has opened. */
  contacts: People
}

/** Who wants to know, and what their own inbox says of them: see `Watcher` in `between.ts`. */
export interface Looker {
  person: string
  hides: boolean
  blocks: boolean
}

/** Whether one may see when the other is here: what private.can_see says of `last_seen` in Postgres. */
export function maySee({ person, lastSeen, blocked, contacts }: Privacy, looker: Looker): boolean {
  if (looker.person === person) return true
  if (blocked.has(looker.person) || looker.blocks || looker.hides) return false
  switch (lastSeen) {
    case 'everyone':
      return true
    case 'contacts':
      return contacts.has(looker.person)
    case 'nobody':
      return false
  }
}

/** How the person is for this one. */
export function seenBy(looker: Looker, privacy: Privacy, being: Being): Presence {
  return maySee(privacy, looker) ? shown(privacy.person, being) : hidden(privacy.person)
}

/** What of a room says whether its other person is a contact. */
interface Acquaintance {
  type: 'direct' | 'group'
  other: string | null
  accepted: boolean
}

/** The people whose direct room someone has opened, by the list of their rooms. */
export function contactsIn(rooms: readonly Acquaintance[]): string[] {
  return rooms.flatMap(({ type, other, accepted }) => (type === 'direct' && accepted && other !== null ? [other] : []))
}
