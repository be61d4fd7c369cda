import { limits } from '../../protocol/limits.ts'
import { idOf, type Random, random } from './random.ts'
import { groupName, type Locale, locales, personName, remark } from './talk.ts'

/** How much to make, from which seed; `until` is the last moment of it all, in epoch milliseconds. */
export type Size = {
  seed: string
  people: number
  rooms: number
  messages: number
  until: number
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
  messages: number
  createdAt: number
  lastMessageAt: number
}

export type SeedMessage = {
  seq: number
  id: string
  by: string
  at: number
  text: string
  replyTo: number | null
  mentions: string[]
}

/** Who is in a room, and how far they have read. */
export type SeedMember = {
  person: SeedPerson
  role: 'owner' | 'admin' | 'moderator' | 'member'
  delivered: number
  read: number
  accepted: boolean
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
    return {
      ...plan,
      messages: (i === plans.length - 1 ? size.messages : Math.round((sum / whole) * size.messages)) - before,
    }
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

function roomPlans({ seed, rooms, until }: Size, people: SeedPerson[]): Omit<SeedRoom, 'messages'>[] {
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

/** The members of a room, in order of their ids: the order in which their rows are locked. */
export function members({ seed }: Size, room: SeedRoom): SeedMember[] {
  const chance = random(`${seed} members ${room.id}`)
  const group = room.directKey === null
  return room.members
    .map((person, i): SeedMember => {
      const read = readTo(room.messages, chance)
      const delivered = chance.next() < 0.8 ? room.messages : read + chance.below(room.messages - read + 1)
      const role = !group
        ? 'member'
        : i === 0
          ? 'owner'
          : i % 40 === 1
            ? 'admin'
            : i % 40 === 2
              ? 'moderator'
              : 'member'
      return { person, role, read, delivered, accepted: !group && (i === 0 || chance.next() < 0.9) }
    })
    .toSorted((a, b) => (a.person.id < b.person.id ? -1 : 1))
}

// Three in five have read everything, most others nearly, the rest looked in once.
function readTo(head: number, chance: Random): number {
  const mood = chance.next()
  if (mood < 0.6) return head
  return mood < 0.9 ? head - chance.below(Math.min(head, 30) + 1) : chance.below(head + 1)
}

/** What was said in a room, from seq 1 on, later ones later. */
export function* messages({ seed }: Size, room: SeedRoom): Generator<SeedMessage> {
  const chance = random(`${seed} talk ${room.id}`)
  const step = (room.lastMessageAt - room.createdAt) / Math.max(room.messages, 1)
  for (let seq = 1; seq <= room.messages; seq++) {
    const by = chance.pick(room.members, 1.6)
    const last = seq === room.messages
    yield {
      seq,
      id: idOf(`${seed} ${room.id} ${seq}`),
      by: by.id,
      at: last ? room.lastMessageAt : Math.floor(room.createdAt + (seq - chance.next()) * step),
      // One in ten says it in their own language, whatever the room speaks.
      text: remark(chance.next() < 0.1 ? by.locale : room.locale, chance),
      replyTo: seq > 1 && chance.next() < 0.08 ? Math.max(1, seq - 1 - chance.below(8)) : null,
      mentions: room.directKey === null && chance.next() < 0.03 ? [chance.pick(room.members).id] : [],
    }
  }
}
