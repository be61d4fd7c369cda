import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { forbiddenChange } from '../../durable-objects/room/changes.ts'
import type { MemberChange } from '../../protocol/api.ts'
import { asMade, Role } from '../../protocol/downstream.ts'
import { permissions, type Act, type Standing } from '../../protocol/permissions.ts'

const words: Record<Act, string> = {
  post: 'write; edit, delete and take back what is theirs',
  announce: 'write in an announcement room',
  react: 'react',
  pin: 'pin and unpin',
  delete_others: 'delete what others wrote; write without a pause in slow mode',
  change_room: 'rename the room, change its settings',
  add_members: 'add members',
  remove_members: 'remove members',
  mute_members: 'silence members',
  ban_members: 'ban, and lift a ban',
  set_roles: 'give roles',
  start_call: 'start a call',
}
const standings: readonly Standing[] = ['owner', 'admin', 'moderator', 'member', 'guest']

test('[ROL1] SECURITY.md prints the table by which the room decides', () => {
  const security = readFileSync(join(import.meta.dirname, '../../SECURITY.md'), 'utf8')
  const rows = Object.entries(words).map(([act, says]) => {
    const cells = standings.map((standing) => (permissions[standing].includes(act as Act) ? 'yes' : 'no'))
    return `| ${says} | ${cells.join(' | ')} |`
  })

  expect(security.split('\n').filter((line) => rows.includes(line))).toEqual(rows)
})

test('[ROL1] nobody moderates their equals or betters, or makes anyone their equal', () => {
  const made = Role.def.entries
  const person = (role: Role) => ({ person: role, name: role, role, delivered: 0, read: 0 })
  const own = { receiptsHidden: false, unread: { from: null, version: 0 }, historyFrom: 0, blocks: [] }
  const roles = Object.values(made)
  const room = {
    facts: { id: 'room', type: 'group' as const, name: 'Engines', createdBy: null, createdAt: 0, ...asMade },
    ...{ epoch: 1, head: 0, floor: 1, flushed: 0, membersVersion: 1 },
    members: new Map(roles.map((role) => [role as string, { ...person(role), ...own }])),
  }
  const may = (by: Role, change: MemberChange) => forbiddenChange(room, by, change) === null
  const over = (by: Role) => roles.filter((other) => may(by, { kind: 'remove', person: other }))
  const gives = (by: Role) =>
    (['admin', 'moderator', 'member'] as const).filter((role) => may(by, { kind: 'role', person: 'member', role }))

  expect(roles.map(over)).toEqual([['admin', 'moderator', 'member'], ['moderator', 'member'], ['member'], []])
  expect(roles.map(gives)).toEqual([['admin', 'moderator', 'member'], ['moderator', 'member'], [], []])
  expect(roles.map((by) => may(by, { kind: 'leave', person: by }))).toEqual([true, true, true, true])
  expect(may('owner', { kind: 'leave', person: 'member' })).toBe(false)
  const direct = { ...room, facts: { ...room.facts, type: 'direct' as const } }
  expect(forbiddenChange(direct, 'owner', { kind: 'remove', person: 'member' })).toBeTypeOf('string')
})
