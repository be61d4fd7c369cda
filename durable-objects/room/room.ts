import type { Marks, Member, RoomFacts } from '../../protocol/downstream.ts'
import type { LogEvent } from '../../protocol/events.ts'

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
  members: ReadonlyMap<string, Member>
}

/** The room after an event: the only way in which a room's head moves and a member appears. */
export function evolve(room: Room, event: LogEvent): Room {
  switch (event.kind) {
    case 'posted':
      return { ...room, head: event.seq }
    case 'member_joined': {
      // Joining sets both marks to the head, so a newcomer holds back no tick of an earlier message.
      const before = room.members.get(event.person)
      const marks = { delivered: event.seq - 1, read: event.seq - 1 }
      const member: Member = before ?? { person: event.person, name: event.name, role: 'member', ...marks }
      return { ...room, head: event.seq, members: new Map(room.members).set(event.person, member) }
    }
  }
}

/** The room after one member's marks moved. */
export function withMarks(room: Room, marks: Marks): Room {
  const member = room.members.get(marks.person)
  if (!member) return room
  return { ...room, members: new Map(room.members).set(marks.person, { ...member, ...marks }) }
}
