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
  const there = world.postgres.facts()
  same('the room in Postgres', there.room, facts)
  for (const device of world.devices) {
    const member = members.find(({ person }) => person === device.person)
    const view = device.view()
    if (!member || view?.connection.state !== 'live') continue
    same(`the room of ${device.name}`, view.room, facts)
    same(`the members that ${device.name} shows`, rolesOf(view.members), roles)
    same(`what ${device.name} has as unread`, view.unread.from, member.unread_from)
  }
}

/** The room's copy of its members is what Postgres has. */
export function membersAreThoseOfPostgres(world: World): void {
  const members = world.host.storage.read<KeptMember>('select person, role, unread_from from members')
  const there = world.postgres.facts().members
  same('the members in Postgres', rolesOf(there), rolesOf(members))
  const unread = (all: readonly { person: string; from: number | null }[]) =>
    all.map(({ person, from }) => `${person} from ${from}`).sort()
  const kept = members.map(({ person, unread_from: from }) => ({ person, from }))
  same(
    'what is unread in Postgres',
    unread(there.map(({ person, unreadFrom: from }) => ({ person, from }))),
    unread(kept),
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
