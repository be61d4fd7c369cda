import { limits } from '../../protocol/limits.ts'
import { idOf, type Random, random } from './random.ts'
import { groupName, type Locale, locales, personName } from './talk.ts'
import { countTurns } from './turns.ts'

/** How much to make, from which seed; `until` is the last moment of it all, in epoch milliseconds. */
export type Size = {
  seed: string
  people: number
  rooms: number
  messages: number
  until: number
  /** Whether people edit, delete, pin and react to messages; without it every event of a room is a post. */
  changes?: boolean
  /** An account that exists already and takes the place of the first person, who is in many rooms. */
  guest?: string
}

export type SeedPerson = {
  id: string
  email: string
  name: string
  locale: Locale
  readReceipts: boolean
  createdAt: number
}

export type SeedRoom = {
  id: string
  /** Direct rooms have a key and no name. */
  directKey: string | null
  name: string | null
  locale: Locale
  /** The first one made it. */
  members: SeedPerson[]
  /** Who left, by id, with the last seq they were there for. */
  leavers: ReadonlyMap<string, number>
  messages: number
  /** The seq of its last event, which is its last message. */
  head: number
  createdAt: number
  lastMessageAt: number
}

/** Who is in a room, how far they have read, and what they made of it for themselves. Times are epoch milliseconds. */
export type SeedMember = {
  person: SeedPerson
  role: 'owner' | 'admin' | 'moderator' | 'member'
  delivered: number
  read: number
  unreadFrom: number | null
  accepted: boolean
  mutedUntil: number | null
  pinnedAt: number | null
  leftAt: number | null
}

/** People and their rooms. The messages are not in it: they are made when they are written. */
export type Town = { people: SeedPerson[]; rooms: SeedRoom[] }

const dayMs = 86_400_000

// Two in three conversations are between two people.
const directShare = 0.67

/** Plan a town. The same size makes the same town. */
export function town(size: Size): Town {
  const people = Array.from({ length: size.people }, (_, i) => person(size, i))
  const plans = roomPlans(size, people)
  const weights = plans.map(({ members }, i) => weight(members.length, random(`${size.seed} weight ${i}`)))
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  const rooms = plans.map((plan, i): SeedRoom => {
    const before = Math.round((sum / whole) * size.messages)
    sum += weights[i]!
    const messages = (i === plans.length - 1 ? size.messages : Math.round((sum / whole) * size.messages)) - before
    const head = countTurns(size, { id: plan.id, messages })
    return { ...plan, messages, head, leavers: leavers(size, plan, head) }
  })
  return { people, rooms }
}

function person({ seed, until, guest }: Size, i: number): SeedPerson {
  const chance = random(`${seed} person ${i}`)
  const locale = chance.pick(locales, 1.4)
  return {
    id: i === 0 && guest !== undefined ? guest : idOf(`${seed} person ${i}`),
    email: `person-${i + 1}@${seed}.example.org`,
    name: personName(locale, chance),
    locale,
    readReceipts: chance.next() >= 0.03,
    createdAt: until - Math.floor((700 + 100 * chance.next()) * dayMs),
  }
}

type RoomPlan = Omit<SeedRoom, 'messages' | 'head' | 'leavers'>

function roomPlans({ seed, rooms, until }: Size, people: SeedPerson[]): RoomPlan[] {
  const pairs = new Set<string>()
  return Array.from({ length: rooms }, (_, i) => {
    const chance = random(`${seed} room ${i}`)
    const pair = chance.next() < directShare ? freshPair(people, pairs, chance) : null
    const members = pair ?? some(people, groupSize(people.length, chance), chance)
    const createdAt = until - Math.floor((1 + 690 * chance.next()) * dayMs)
    return {
      id: idOf(`${seed} room ${i}`),
      directKey: pair && directKey(pair),
      name: pair ? null : groupName(members[0]!.locale, chance),
      locale: members[0]!.locale,
      members,
      createdAt,
      // Most rooms are quiet for some time; a few are in the middle of it.
      lastMessageAt: until - Math.floor((until - createdAt) * chance.next() ** 4),
    }
  })
}

function freshPair(people: SeedPerson[], pairs: Set<string>, chance: Random): SeedPerson[] | null {
  for (let tries = 0; tries < 20; tries++) {
    const pair = some(people, 2, chance)
    const key = directKey(pair)
    if (pairs.has(key)) continue
    pairs.add(key)
    return pair
  }
  // Nearly everybody talks to everybody already: a group it is.
  return null
}

/** Both ids, the smaller first: as rooms.direct_key holds them. */
function directKey(pair: SeedPerson[]): string {
  return pair
    .map(({ id }) => id)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join(':')
}

// From three people on; one group in ten has more than twenty, one in a hundred more than a hundred and fifty.
function groupSize(people: number, chance: Random): number {
  const size = Math.floor(3 * (1 - chance.next()) ** (-1 / 1.15))
  return Math.max(2, Math.min(size, limits.roomMembers, Math.floor(people / 2)))
}

// The first people of the town are in many rooms, most in a few.
function some(people: SeedPerson[], count: number, chance: Random): SeedPerson[] {
  const found = new Set<SeedPerson>()
  while (found.size < count) found.add(chance.pick(people, found.size > 200 ? 1 : 1.5))
  return [...found]
}

// Some rooms never stop, many begin with a word and end there; larger ones are louder.
function weight(members: number, chance: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next())
  return Math.exp(1.3 * normal) * members ** 0.6
}

// One in thirty leaves a group before its end, unless it is theirs to keep in order.
function leavers({ seed }: Size, { id, directKey, members }: RoomPlan, head: number): Map<string, number> {
  const chance = random(`${seed} leavers ${id}`)
  if (directKey !== null || head === 0) return new Map()
  const left = members.filter((_, i) => roleAt(i) === 'member' && chance.next() < 1 / 30)
  return new Map(left.map((person) => [person.id, chance.below(head)]))
}

function roleAt(i: number): SeedMember['role'] {
  if (i === 0) return 'owner'
  return i % 40 === 1 ? 'admin' : i % 40 === 2 ? 'moderator' : 'member'
}

/** The members of a room, in order of their ids: the order in which their rows are locked. */
export function members({ seed, until }: Size, room: SeedRoom): SeedMember[] {
  const chance = random(`${seed} members ${room.id}`)
  const group = room.directKey === null
  return room.members
    .map((person, i): SeedMember => {
      const head = room.leavers.get(person.id) ?? room.head
      const left = head < room.head
      const muted = chance.next() < (group ? 0.12 : 0.02)
      const read = readTo(head, muted, chance)
      const delivered = chance.next() < 0.8 ? head : read + chance.below(head - read + 1)
      const role = group ? roleAt(i) : 'member'
      const unreadFrom = read > 0 && chance.next() < 0.01 ? read : null
      const pinnedAt = !left && chance.next() < 0.03 ? room.lastMessageAt : null
      const accepted = !group && (i === 0 || chance.next() < 0.9)
      const mutedUntil = muted ? until + 365 * dayMs : null
      const leftAt = left ? Math.floor(timeOf(room, head)) : null
      return { person, role, read, delivered, unreadFrom, accepted, mutedUntil, pinnedAt, leftAt }
    })
    .toSorted((a, b) => (a.person.id < b.person.id ? -1 : 1))
}

/** When the event of a seq is over: events come evenly, from the room's making to its last message. */
export function timeOf({ createdAt, lastMessageAt, head }: SeedRoom, seq: number): number {
  return createdAt + (seq * (lastMessageAt - createdAt)) / Math.max(head, 1)
}

// Three in five have read everything, most others nearly, the rest looked in once, as most do into what they muted.
function readTo(head: number, muted: boolean, chance: Random): number {
  const mood = chance.next()
  if (mood < (muted ? 0.2 : 0.6)) return head
  return mood < (muted ? 0.4 : 0.9) ? head - chance.below(Math.min(head, 30) + 1) : chance.below(head + 1)
}
