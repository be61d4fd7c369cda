import { isDeepStrictEqual } from 'node:util'
import type { RoomLine } from '../../../protocol/inbox.ts'
import { Violation } from '../checks/watch.ts'
import type { InboxDevice } from './inbox-device.ts'
import type { Place, Town } from './town.ts'

interface KeptMember {
  read: number
  unread_from: number | null
  role: string
}

/** What is true of a room for one of its members, counted from its log by this file alone; null: no member. */
interface Truth {
  name: string
  role: string
  memberCount: number
  read: number
  unreadFrom: number | null
  unread: number
  mentions: number
  last: { seq: number; text: string } | null
}

/** Whatever is open shows for each room what its log says, and for all of them together their sum. */
export function unreadIsRight(town: Town): void {
  for (const { inbox, name } of town.handsets) {
    if (!inbox.live) continue
    for (const place of town.places) {
      const { site } = place
      same(`${site.roomId} on ${name}`, shown(inbox.line(site.roomId)), truth(town, place, inbox.person))
    }
  }
  badgesAreSums(town)
}

/** What holds at every moment, connected or not: nothing is below none, and a badge is the sum of its rooms. */
export function badgesAreSums(town: Town): void {
  for (const { inbox } of town.handsets) badgeIsTheSum(inbox)
}

/** With everything connected: the inbox's storage, each device, Postgres and the log say the same. */
export function everyAnswerIsTheSame(town: Town): void {
  unreadIsRight(town)
  for (const person of new Set(town.handsets.map((handset) => handset.person))) {
    const inPostgres = new Map(town.database.lines(person).map((line) => [line.room, line]))
    const kept = storedLines(town, person)
    for (const place of town.places) {
      const { roomId } = place.site
      const true_ = truth(town, place, person)
      same(`${roomId} of ${person} in Postgres`, shown(inPostgres.get(roomId) ?? null), true_)
      same(`${roomId} in the inbox of ${person}`, shown(kept.get(roomId) ?? null), true_)
    }
    for (const { inbox, name } of town.handsets.filter((handset) => handset.person === person)) {
      same(`the lines on ${name}`, byRoom(inbox.rooms()), byRoom([...kept.values()]))
      const order = inbox.rooms().map(({ room }) => room)
      same(`the order on ${name}`, order, ordered(town.database.lines(person)))
    }
  }
}

/** But for the head: an open room shows further events that no line tells of. */
function byRoom(lines: readonly RoomLine[]): Record<string, unknown> {
  return Object.fromEntries(lines.map(({ head: _head, ...line }) => [line.room, line]))
}

/** The newest pin first, then by when someone last wrote. */
function ordered(lines: readonly RoomLine[]): string[] {
  const before = (one: RoomLine, other: RoomLine) => {
    if (one.pinnedAt !== other.pinnedAt) return (other.pinnedAt ?? 0) - (one.pinnedAt ?? 0)
    return other.lastAt - one.lastAt
  }
  return [...lines].sort((one, other) => before(one, other) || (one.room < other.room ? -1 : 1)).map(({ room }) => room)
}

/** What a line says of what the log decides. */
function shown(line: RoomLine | null): Truth | null {
  if (!line) return null
  const { name, role, memberCount, read, unreadFrom, unread, mentions, last } = line
  const newest = last && { seq: last.seq, text: last.text }
  return { name, role, memberCount, read, unreadFrom, unread, mentions, last: newest }
}

/** The marks are the room's where it has an object, and Postgres's where it has none. */
function truth(town: Town, { site, ledger }: Place, person: string): Truth | null {
  const { host, postgres } = site
  const made = host.storage.read("select 1 from sqlite_schema where name = 'members'").length > 0
  const written = made && host.storage.read('select 1 from room').length > 0
  const members = written
    ? host.storage.read<KeptMember & { person: string }>('select person, role, read, unread_from from members')
    : postgres.facts().members.map((member) => ({ ...member, unread_from: member.unreadFrom }))
  const member = members.find((one) => one.person === person)
  if (!member) return null
  const { role, read, unread_from: unreadFrom } = member
  const { room, members: known } = postgres.facts()
  const { historyFrom } = known.find((one) => one.person === person)!
  const name = room.name ?? known.find((one) => one.person !== person)!.name
  const reader = { person, historyFrom, read, unreadFrom, blocked: town.database.blockedBy(person) }
  return { name, role, memberCount: members.length, read, unreadFrom, ...ledger.count(reader) }
}

function badgeIsTheSum(inbox: InboxDevice): void {
  const now = inbox.inboxTime()
  let sum = 0
  for (const { mutedUntil, level, unread, mentions } of inbox.rooms()) {
    if (unread < 0 || mentions < 0) throw new Violation(`${inbox.name} shows ${unread} unread and ${mentions} mentions`)
    const muted = level === 'nothing' || (mutedUntil ?? 0) > now
    if (!muted) sum += level === 'mentions' ? mentions : unread
  }
  if (inbox.badge() !== sum)
    throw new Violation(`the badge of ${inbox.name} is ${inbox.badge()}, its rooms sum up to ${sum}`)
}

function storedLines(town: Town, person: string): Map<string, RoomLine> {
  const rows = town.inboxes.host(person).storage.read<{ room: string; line: string }>('select room, line from lines')
  return new Map(rows.map(({ room, line }) => [room, JSON.parse(line) as RoomLine]))
}

function same(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return
  const text = (value: unknown) => JSON.stringify(value instanceof Map ? [...value] : value)
  throw new Violation(`${what} differs from the truth:\n  ${text(actual)}\n  ${text(expected)}`)
}
