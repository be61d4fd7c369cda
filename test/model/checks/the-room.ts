import { isDeepStrictEqual } from 'node:util'
import type { World } from '../world/world.ts'
import { Violation } from './watch.ts'

interface KeptMember {
  person: string
  role: string
  unread_from: number | null
}

/** Every live device shows what the room is, who is in it and as what, and what one has marked as unread. */
export function everyoneSeesTheRoom(world: World): void {
  const [kept] = world.host.storage.read<{ facts: string }>('select facts from room')
  const facts: unknown = JSON.parse(kept!.facts)
  const members = world.host.storage.read<KeptMember>('select person, role, unread_from from members')
  const roles = rolesOf(members)
  for (const device of world.devices) {
    const member = members.find(({ person }) => person === device.person)
    const view = device.view()
    if (!member || view?.connection.state !== 'live') continue
    same(`the room of ${device.name}`, view.room, facts)
    same(`the members that ${device.name} shows`, rolesOf(view.members), roles)
    same(`what ${device.name} has as unread`, view.unread.from, member.unread_from)
  }
}

/** What the room knows of itself and its members is what Postgres has. */
export function postgresHasTheRoom(world: World): void {
  const { storage } = world.host
  const [kept] = storage.read<{ facts: string }>('select facts from room')
  const { room, members } = world.postgres.facts()
  same('the room in Postgres', room, JSON.parse(kept!.facts))
  const known = storage.read<Record<string, unknown>>(
    'select person, role, unread_from as unreadFrom, silenced_until as silencedUntil from members order by person',
  )
  const there = members.map(({ person, role, unreadFrom, silencedUntil }) => {
    return { person, role, unreadFrom, silencedUntil }
  })
  const byPerson = [...there].sort((one, other) => (one.person < other.person ? -1 : 1))
  same(
    'the members in Postgres',
    byPerson,
    known.map((member) => ({ ...member })),
  )
}

function rolesOf(members: readonly Pick<KeptMember, 'person' | 'role'>[]): string[] {
  return members.map(({ person, role }) => `${person} is ${role}`).sort()
}

function same(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return
  throw new Violation(
    `${what} differs from what the room keeps:\n  ${JSON.stringify(actual)}\n  ${JSON.stringify(expected)}`,
  )
}
