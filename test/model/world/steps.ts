import type { MemberChange } from '../../../protocol/api.ts'
import type { Settings } from '../../../web/sync/command.ts'
import type { Device } from './device.ts'
import type { World } from './world.ts'

/** How long messages stay at least where they disappear. */
const dayMs = 86_400_000

/** Something that happens. Answers what exactly, for the trace of a failure; null when it could not happen. */
interface Step {
  weight: number
  run(world: World): string | null | Promise<string | null>
}

/** All that may happen, and how often beside the others. */
const steps: Record<string, Step> = {
  post: {
    weight: 60,
    async run(world) {
      const device = withTab(world)
      return device && `${device.name}: ${await post(world, device)}`
    },
  },
  burst: {
    weight: 1,
    async run(world) {
      const device = withTab(world)
      if (!device) return null
      const count = world.random.int(10, 70)
      for (let n = 0; n < count; n++) await post(world, device)
      return `${device.name}: ${count} posts`
    },
  },
  edit: {
    weight: 6,
    run: (world) => onMessage(world, (room, target) => room.edit(target, `edited ${++world.posts}`)),
  },
  delete: { weight: 2, run: (world) => onMessage(world, (room, target) => room.remove(target)) },
  undelete: { weight: 2, run: (world) => onMessage(world, (room, target) => room.undelete(target)) },
  react: {
    weight: 6,
    run: (world) =>
      onMessage(world, (room, target) => {
        return room.react(target, world.random.pick(['👍', '❤️', '🎉'] as const), world.random.chance(0.7))
      }),
  },
  pin: { weight: 1, run: (world) => onMessage(world, (room, target) => room.pin(target, world.random.chance(0.6))) },
  'work on a message': {
    weight: 20,
    run: (world) => world.random.pick(world.bots).work(),
  },
  type: {
    weight: 6,
    run: (world) => onTab(world, ({ room }) => room.typing(world.random.chance(0.7))),
  },
  read: {
    weight: 12,
    run: (world) =>
      onTab(world, ({ room }) => room.read(world.random.chance(0.9) ? room.view.getState().head : 4_000_000_000)),
  },
  'mark unread': {
    weight: 2,
    run: (world) =>
      onTab(world, ({ room }) => {
        const { head } = room.view.getState()
        room.markUnread(world.random.chance(0.7) ? Math.max(1, head - world.random.int(0, 20)) : null)
      }),
  },
  'set the room': {
    weight: 2,
    async run(world) {
      const device = mostlyTheOwner(world)
      const settings = setting(world)
      await device?.change(settings)
      return device && `${device.name}: ${JSON.stringify(settings)}`
    },
  },
  'change members': {
    weight: 4,
    run(world) {
      const change = memberChange(world)
      if (['remove', 'leave', 'ban'].includes(change.kind)) world.onceRemoved.add(change.person)
      const device = mostlyTheOwner(world)
      void device?.tab?.room.changeMembers([change]).catch(() => {})
      return device && `${device.name}: ${JSON.stringify(change)}`
    },
  },
  leave: {
    weight: 0.3,
    run(world) {
      const device = withTab(world)
      if (!device) return null
      world.onceRemoved.add(device.person)
      void device.tab!.room.changeMembers([{ kind: 'leave', person: device.person }]).catch(() => {})
      return device.name
    },
  },
  'hand over': {
    weight: 0.3,
    run(world) {
      const to = world.random.pick(world.people)
      const device = mostlyTheOwner(world)
      void device?.tab?.room.handOver(to).catch(() => {})
      return device && `${device.name}: to ${to}`
    },
  },
  'load older': { weight: 4, run: (world) => onTab(world, ({ room }) => void room.loadOlder()) },
  'load a gap': {
    weight: 4,
    run: (world) =>
      onTab(world, ({ room }) => {
        const gap = room.view.getState().rows.find((row) => row.state === 'gap')
        if (gap) void room.loadGap(gap.after, gap.before).catch(() => {})
      }),
  },
  'forget older': { weight: 2, run: (world) => onTab(world, ({ room }) => room.forgetOlder()) },
  'wake page': { weight: 6, run: (world) => onTab(world, (tab) => tab.wake()) },
  'hide page': { weight: 3, run: (world) => onTab(world, (tab) => tab.hide()) },
  'retry all': {
    weight: 2,
    run: (world) => {
      const device = withTab(world)
      device?.excuseFailed()
      device?.tab?.room.retryAll()
      return device && device.name
    },
  },
  'open tab': {
    weight: 14,
    run(world) {
      const device = world.random.pick(world.devices)
      if (device.tab && !device.view()!.closed) return null
      device.close()
      device.open()
      return device.name
    },
  },
  'close tab': {
    weight: 3,
    run(world) {
      const device = withTab(world)
      device?.close()
      return device && device.name
    },
  },
  'kill tab': {
    weight: 4,
    run(world) {
      const device = withTab(world)
      device?.kill()
      return device && device.name
    },
  },
  'clock jump': {
    weight: 2,
    run(world) {
      const device = world.random.pick(world.devices)
      device.skewMs = world.random.int(-5 * 3_600_000, 5 * 3_600_000)
      return `${device.name} by ${device.skewMs} ms`
    },
  },
  cut: { weight: 10, run: (world) => onConnection(world, (connection) => connection.break()) },
  deafen: { weight: 3, run: (world) => onConnection(world, (connection) => connection.goDeaf()) },
  slow: {
    weight: 4,
    run: (world) => onConnection(world, (connection) => connection.goSlow(world.random.pick([5, 40, 400, 4_000]))),
  },
  sleep: { weight: 8, run: (world) => (world.host.sleep() ? 'the room' : null) },
  kill: {
    weight: 4,
    run(world) {
      world.host.kill()
      return 'the room'
    },
  },
  wipe: {
    weight: 0.3,
    run(world) {
      world.wipe()
      return 'the room'
    },
  },
  postgres: {
    weight: 4,
    run(world) {
      world.weather.state = world.random.pick(['well', 'well', 'slow', 'away', 'silent', 'forgetful'] as const)
      return world.weather.state
    },
  },
  backup: {
    weight: 1,
    run(world) {
      world.backup = world.postgres.copy()
      return `at ${world.postgres.lastSeq()}`
    },
  },
  restore: {
    weight: 0.3,
    run(world) {
      if (!world.backup) return null
      world.restore()
      return `at ${world.postgres.lastSeq()}`
    },
  },
  'a day off': {
    weight: 0.4,
    async run(world) {
      // Where nothing disappears a day is no more than a long pause.
      if (world.postgres.facts().room.disappearingMs === null) return null
      for (const device of world.devices) device.close()
      // An outage that lasts a day shows nothing that one of minutes does not, and is asked about every few seconds.
      world.weather.state = 'well'
      await world.time.turn(dayMs)
      return 'everyone'
    },
  },
  remove: {
    weight: 0.5,
    run(world) {
      const person = world.random.pick(world.people)
      if (!world.postgres.mayBeRemoved(person)) return null
      world.postgres.remove(person)
      world.onceRemoved.add(person)
      return person
    },
  },
  join: {
    weight: 1.5,
    run(world) {
      const person = world.random.pick(world.people)
      if (world.random.chance(0.8) && world.postgres.isMember(person)) return null
      world.join(person)
      return person
    },
  },
}

/** Picks one by its weight. */
export function nextStep(world: World, without: readonly string[]): [name: string, step: Step] {
  const possible = Object.entries(steps).filter(([name]) => !without.includes(name))
  let left = world.random.next() * possible.reduce((sum, [, { weight }]) => sum + weight, 0)
  return possible.find(([, { weight }]) => (left -= weight) < 0) ?? possible[0]!
}

/** One thing that a room may be from now on; mostly such as lets everyone write. */
function setting({ random, posts }: World): Settings {
  return random.pick<() => Settings>([
    () => ({ name: `Engines ${posts}` }),
    () => ({ slowModeSeconds: random.pick([0, 0, 1, 3]) }),
    () => ({ disappearingMs: random.chance(0.6) ? dayMs : null }),
    () => ({ postPolicy: random.pick(['everyone', 'everyone', 'admins'] as const) }),
  ])()
}

/** Something that may be done to one of the people; only some may do it, and not to everyone. */
function memberChange({ random, people, time }: World): MemberChange {
  const person = random.pick(people)
  const until = random.chance(0.8) ? time.now() + random.int(1_000, 60_000) : null
  return random.pick<() => MemberChange>([
    () => ({ kind: random.pick(['add', 'add', 'remove', 'unban'] as const), person }),
    () => ({ kind: 'role', person, role: random.pick(['admin', 'moderator', 'member'] as const) }),
    () => ({ kind: 'ban', person, until }),
    () => ({ kind: 'mute', person, until }),
  ])()
}

async function post(world: World, device: Device): Promise<string> {
  const { random } = world
  const text = `${device.name} says ${++world.posts}`
  const confirmed = (device.view()?.rows ?? []).slice(-20).filter((row) => row.state === 'confirmed')
  const target = random.chance(0.02) ? 999_999_999 : confirmed.length > 0 ? random.pick(confirmed).message.seq : null
  const replies = target !== null && random.chance(0.15)
  const mentions = random.chance(0.1) ? [random.pick(world.people)] : []
  await device.post(text, { mentions, ...(replies ? { replyTo: target } : {}) })
  return text
}

/** One of the last messages of a device, or one that is still on its way: an own one more often than another. */
async function onMessage(
  world: World,
  run: (room: NonNullable<Device['tab']>['room'], target: number | string) => Promise<string>,
): Promise<string | null> {
  const device = withTab(world)
  const rows = (device?.view()?.rows ?? []).slice(-20).flatMap((row): { own: boolean; target: number | string }[] => {
    if (row.state === 'pending') return [{ own: true, target: row.key }]
    if (row.state !== 'confirmed' || row.message.system) return []
    return [{ own: row.message.by === device!.person, target: row.message.seq }]
  })
  if (!device || rows.length === 0) return null
  const own = rows.filter((row) => row.own)
  const { target } = world.random.pick(own.length > 0 && world.random.chance(0.7) ? own : rows)
  await device.ask(target, (room) => run(room, target))
  return `${device.name}: of ${target}`
}

function withTab(world: World): Device | null {
  const device = world.random.pick(world.devices)
  return device.tab ? device : null
}

/** What few may do is tried mostly by who may do everything. */
function mostlyTheOwner(world: World): Device | null {
  const owners = world.devices.filter(({ person, tab }) => tab && person === world.postgres.owner())
  return owners.length > 0 && world.random.chance(0.7) ? world.random.pick(owners) : withTab(world)
}

function onTab(world: World, run: (tab: NonNullable<Device['tab']>) => void): string | null {
  const device = withTab(world)
  if (!device) return null
  run(device.tab!)
  return device.name
}

function onConnection(world: World, run: (connection: NonNullable<Device['connection']>) => void): string | null {
  const device = withTab(world)
  if (!device?.connection) return null
  run(device.connection)
  return device.name
}
