import type { Marks, Member, RoomFacts, UnreadMark } from '../../protocol/downstream.ts'
import type { RoomEvent } from '../../protocol/events.ts'
import { factsOf } from '../../protocol/fold.ts'

/** A member as the room knows one: what the others see, and what is their own. */
export interface RoomMember extends Member {
  /** In a direct room: neither sees how far the other has read. */
  receiptsHidden: boolean
  unread: UnreadMark
  /** The seq up to which the room is not theirs to read; 0: all of it is. */
  historyFrom: number
  /** The other members whom they block. */
  blocks: readonly string[]
}

/**
 * What a room knows beside its log: all that a decision needs. Plain data, replaced and never mutated.
 * `head` is the seq of the last event, `floor` the lowest seq that the log can still serve (head + 1: none),
 * `flushed` the last seq that Postgres has confirmed.
 */
export interface Room {
  facts: RoomFacts
  epoch: number
  head: number
  floor: number
  flushed: number
  membersVersion: number
  members: ReadonlyMap<string, RoomMember>
}

/** The room after an event: the only way in which a room's head moves and its members change. */
export function evolve(room: Room, event: RoomEvent): Room {
  const next = { ...room, head: event.seq }
  switch (event.kind) {
    case 'posted':
    case 'edited':
    case 'deleted':
    case 'undeleted':
    case 'reacted':
    case 'unreacted':
    case 'pinned':
    case 'unpinned':
    case 'expired':
    case 'call_started':
    case 'call_ended':
    case 'member_unbanned':
      return next
    case 'renamed':
    case 'room_changed':
      return { ...next, facts: { ...room.facts, ...factsOf(event) } as RoomFacts }
    case 'member_joined': {
      // Joining sets both marks to the head, so a newcomer holds back no tick of an earlier message.
      const before = room.members.get(event.person)
      const marks = { delivered: event.seq - 1, read: event.seq - 1 }
      return withMember(next, before ?? { ...newcomer, person: event.person, name: event.name, ...marks })
    }
    case 'member_left':
    case 'member_banned':
    case 'account_erased':
      return without(next, event.person)
    case 'role_changed':
      return withChange(next, event.person, { role: event.role })
    case 'member_muted': {
      const member = room.members.get(event.person)
      if (!member) return next
      const { silencedUntil: _before, ...free } = member
      return withMember(next, event.until === null ? free : { ...free, silencedUntil: event.until })
    }
  }
}

/** The room after members' marks moved; whoever is no member stays none. */
export function withMarks(room: Room, marks: readonly Marks[]): Room {
  const members = new Map(room.members)
  for (const { person, delivered, read } of marks) {
    const member = members.get(person)
    if (member) members.set(person, { ...member, delivered, read })
  }
  return { ...room, members }
}

/** The room after something about one member changed; whoever is no member stays none. */
export function withChange(room: Room, person: string, change: Partial<RoomMember>): Room {
  const member = room.members.get(person)
  return member ? withMember(room, { ...member, ...change }) : room
}

/** The room with this member as they are now. */
export function withMember(room: Room, member: RoomMember): Room {
  return { ...room, members: new Map(room.members).set(member.person, member) }
}

function without(room: Room, person: string): Room {
  if (!room.members.has(person)) return room
  const members = new Map(room.members)
  members.delete(person)
  return { ...room, members }
}

/** How one member sees another: in a direct room reading may be kept to oneself. */
export function seenBy(viewer: string, member: RoomMember): Member {
  const { receiptsHidden, unread: _mark, historyFrom: _from, blocks: _blocks, ...shown } = member
  return receiptsHidden && member.person !== viewer ? { ...shown, read: 0 } : shown
}

/** Whether this is a direct room in which one of the two blocks the other: nothing goes between them. */
export function blockedIn({ facts, members }: Room, person: string): boolean {
  if (facts.type !== 'direct') return false
  for (const other of members.values()) {
    if (other.person === person ? other.blocks.length > 0 : other.blocks.includes(person)) return true
  }
  return false
}

/** Who of these people is shown to someone: none of whom one blocks the other. */
export function shownTo(viewer: string, people: readonly string[], { members }: Room): string[] {
  const mine = members.get(viewer)?.blocks ?? []
  return people.filter((person) => !mine.includes(person) && !members.get(person)?.blocks.includes(viewer))
}

/** Whether everyone sees the same of everyone. */
export function open({ members }: Room): boolean {
  for (const { receiptsHidden, blocks } of members.values()) if (receiptsHidden || blocks.length > 0) return false
  return true
}

const newcomer: Omit<RoomMember, 'person' | 'name' | 'delivered' | 'read'> = {
  role: 'member',
  receiptsHidden: false,
  unread: { from: null, version: 0 },
  historyFrom: 0,
  blocks: [],
}
