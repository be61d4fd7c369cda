import type { Member, Message } from '../../sync/wire.ts'
import type { RoomView } from '../../sync/types.ts'

/** The members of a room by their ids. */
export type People = ReadonlyMap<string, Member>

/** Members by id. */
export function peopleOf(members: readonly Member[]): People {
  return new Map(members.map((member) => [member.person, member]))
}

/** The name over a message: the member's, the one it was imported under, a guest's, or that of nobody we know any more. */
export function authorName(message: Pick<Message, 'by' | 'source' | 'guest'>, people: People): string {
  if (message.source !== null) return message.source.name
  if (message.guest) return `${message.guest.name} (guest)`
  return (message.by === null ? undefined : people.get(message.by)?.name) ?? 'Someone who left'
}

/** What a room is called: its name, or the other person's. */
export function roomName(view: Pick<RoomView, 'room' | 'members' | 'me'>): string {
  if (view.room === null) return ''
  if (view.room.name !== null) return view.room.name
  return view.members.find((member) => member.person !== view.me)?.name ?? 'Deleted account'
}

/** The other one of a conversation of two; null in a group, and where they are gone. */
export function otherOf(view: Pick<RoomView, 'room' | 'members' | 'me'>): string | null {
  if (view.room?.type !== 'direct') return null
  return view.members.find((member) => member.person !== view.me)?.person ?? null
}

/** Whether this is a conversation of two whose other one deleted their account. */
export function isDeserted(view: Pick<RoomView, 'room' | 'members' | 'me'>): boolean {
  return view.room?.type === 'direct' && view.members.length > 0 && otherOf(view) === null
}

/** How many belong to the room and how many of them have it open. */
export function headcount(members: number, here: number): string {
  return `${members.toLocaleString()} ${members === 1 ? 'member' : 'members'}${here > 1 ? ` · ${here.toLocaleString()} here` : ''}`
}

const nobody: readonly string[] = []

/** Who has the room open, as far as this device can know it: without a connection, nobody. */
export function hereNow({ here, connection }: Pick<RoomView, 'here' | 'connection'>): readonly string[] {
  return connection.state === 'live' ? here : nobody
}
