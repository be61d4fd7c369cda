import type { Device } from '../world/device.ts'
import { commandId } from '../world/ids.ts'
import type { Handset } from './handset.ts'
import { ada } from './people.ts'
import { owedByRoom } from './quiet.ts'
import type { Place, Town } from './town.ts'

/** How long messages stay where they disappear. */
const dayMs = 86_400_000

/** Something that happens. Answers what exactly, for the trace of a failure; null when it could not happen. */
interface Step {
  weight: number
  run(town: Town): string | null | Promise<string | null>
}

/** All that may happen, and how often beside the others. */
const steps: Record<string, Step> = {
  post: { weight: 50, run: (town) => inRoom(town, (device, place) => post(town, device, place)) },
  'edit a message': {
    weight: 6,
    run: (town) =>
      onMessage(town, 'own', (room, seq) => {
        const mentions = town.random.chance(0.4) ? [mentioned(town)] : []
        return room.edit(seq, `edited ${++town.posts}`, mentions)
      }),
  },
  delete: { weight: 6, run: (town) => onMessage(town, 'own', (room, seq) => room.remove(seq)) },
  undelete: { weight: 4, run: (town) => onMessage(town, 'own', (room, seq) => room.undelete(seq)) },
  react: {
    weight: 4,
    run: (town) => onMessage(town, 'any', (room, seq) => room.react(seq, '👍', town.random.chance(0.7))),
  },
  read: {
    weight: 14,
    run: (town) =>
      inRoom(town, (device) => {
        const { head } = device.view()!
        const seq = town.random.chance(0.6) ? head : town.random.int(0, head)
        device.tab!.room.read(seq)
        return `up to ${seq}`
      }),
  },
  'mark unread': {
    weight: 5,
    run: (town) =>
      inRoom(town, (device) => {
        const { head } = device.view()!
        const from = town.random.chance(0.8) ? Math.max(1, head - town.random.int(0, 12)) : null
        device.tab!.room.markUnread(from)
        return `from ${from}`
      }),
  },
  'mark a room': {
    weight: 5,
    run: (town) =>
      onInbox(town, ({ inbox }, room) => {
        const as = town.random.pick(['read', 'unread'] as const)
        inbox.mark(room, as)
        return `${room} as ${as}`
      }),
  },
  'set a room': {
    weight: 6,
    run: (town) =>
      onInbox(town, ({ inbox }, room) => {
        const { random, time } = town
        const choice = random.pick([
          { mutedUntil: random.chance(0.5) ? time.now() + random.pick([3_000, 60_000, 86_400_000]) : null },
          { level: random.pick(['all', 'all', 'mentions', 'nothing'] as const) },
          { pinned: random.chance(0.5) },
          { archived: random.chance(0.5) },
        ])
        inbox.set(room, choice)
        return `${room}: ${JSON.stringify(choice)}`
      }),
  },
  block: {
    weight: 2,
    run(town) {
      const { random } = town
      const person = random.chance(0.7) ? ada : random.pick(town.handsets).person
      const other = random.pick(town.handsets).person
      if (person === other) return null
      const on = random.chance(0.5)
      void town.inboxes
        .host(person)
        .call('block', (inbox) => inbox.block(other, on))
        .catch(() => {})
      return `${person} blocks ${other}: ${on}`
    },
  },
  'change members': {
    weight: 3,
    run(town) {
      const { site } = town.random.pick(town.places)
      if (site.postgres.facts().room.type === 'direct') return null
      const { person } = town.random.pick(town.handsets)
      const owner = site.postgres.owner()
      if (person === owner) return null
      const kind = site.postgres.isMember(person) ? 'remove' : 'add'
      const change = [{ kind, person }] as const
      void site.changeMembers((room) => room.changeMembers(owner, commandId(town.random), [...change])).catch(() => {})
      return `${kind} ${person} in ${site.roomId}`
    },
  },
  rename: {
    weight: 2,
    run: (town) =>
      inRoom(town, async (device, { site }) => {
        if (site.postgres.facts().room.type === 'direct') return null
        const name = `Engines ${++town.posts}`
        await device.change({ name })
        return name
      }),
  },
  disappear: {
    weight: 3,
    run: (town) =>
      inRoom(town, async (device) => {
        const disappearingMs = town.random.chance(0.7) ? dayMs : null
        await device.change({ disappearingMs })
        return String(disappearingMs)
      }),
  },
  'a day off': {
    weight: 1.5,
    async run(town) {
      const lapses = town.places.some(({ site }) => site.postgres.facts().room.disappearingMs !== null)
      // Where nothing disappears a day is no more than a long pause.
      if (!lapses) return null
      for (const handset of town.handsets) handset.kill()
      town.weather.state = 'well'
      await town.time.turn(dayMs)
      return 'everyone'
    },
  },
  leave: {
    weight: 2,
    run: (town) =>
      inRoom(town, (device, { site }) => {
        if (site.postgres.facts().room.type === 'direct' || site.postgres.owner() === device.person) return null
        void device.tab!.room.changeMembers([{ kind: 'leave', person: device.person }]).catch(() => {})
        return 'itself'
      }),
  },
  join: {
    weight: 4,
    run(town) {
      const { site } = town.random.pick(town.places)
      const { person } = town.random.pick(town.handsets)
      if (site.postgres.isMember(person) || site.postgres.facts().room.type === 'direct') return null
      site.join(person)
      return `${person} in ${site.roomId}`
    },
  },
  'open a room': {
    weight: 16,
    run(town) {
      const handset = town.random.pick(town.handsets.slice(1))
      const { site } = town.random.pick(town.places)
      const { tab } = handset.room(site.roomId)
      if (tab && !tab.room.view.getState().closed) return null
      if (handset.shown().length >= 3) return null
      handset.openRoom(site.roomId)
      return `${handset.name}: ${site.roomId}`
    },
  },
  'close a room': {
    weight: 8,
    run(town) {
      const handset = town.random.pick(town.handsets)
      const [device] = handset.shown()
      if (!device) return null
      handset.closeRoom(device.room)
      return `${handset.name}: ${device.room}`
    },
  },
  'open an inbox': {
    weight: 10,
    run(town) {
      const handset = town.random.pick(town.handsets)
      handset.openInbox()
      return handset.name
    },
  },
  'close an inbox': {
    weight: 6,
    run(town) {
      const handset = town.random.pick(town.handsets)
      if (town.random.chance(0.5)) handset.closeInbox()
      else handset.kill()
      return handset.name
    },
  },
  'everyone goes': {
    weight: 1,
    run(town) {
      const { person } = town.random.pick(town.handsets)
      for (const handset of town.handsets) if (handset.person === person) handset.kill()
      return person
    },
  },
  'look at a page': {
    weight: 5,
    run(town) {
      const { name, inbox } = town.random.pick(town.handsets)
      inbox.look(town.random.chance(0.6))
      return name
    },
  },
  cut: { weight: 8, run: (town) => onConnection(town, (connection) => connection.break()) },
  deafen: { weight: 2, run: (town) => onConnection(town, (connection) => connection.goDeaf()) },
  slow: {
    weight: 3,
    run: (town) => onConnection(town, (connection) => connection.goSlow(town.random.pick([5, 40, 400, 4_000]))),
  },
  sleep: { weight: 16, run: (town) => onObject(town, (host) => host.sleep()) },
  kill: {
    weight: 6,
    run: (town) =>
      onObject(town, (host) => {
        host.kill()
        return true
      }),
  },
  'wipe a room': {
    weight: 1,
    run(town) {
      const { site } = town.random.pick(town.places)
      // What Postgres does not have would be lost for good, and no list could show it.
      if (owedByRoom(site.host.storage, town.time.now()) !== null) return null
      site.host.wipe()
      return site.roomId
    },
  },
  'wipe an inbox': {
    weight: 1,
    run(town) {
      const host = town.random.pick(town.inboxes.all())
      host.wipe()
      return host.name
    },
  },
  postgres: {
    weight: 4,
    run(town) {
      town.weather.state = town.random.pick(['well', 'well', 'slow', 'away', 'silent', 'forgetful'] as const)
      return town.weather.state
    },
  },
  'lose calls': {
    weight: 3,
    run(town) {
      town.weather.lossy = town.random.pick([0, 0, 0.2, 0.6])
      return String(town.weather.lossy)
    },
  },
}

/** Picks one by its weight. */
export function nextStep(town: Town): [name: string, step: Step] {
  const all = Object.entries(steps)
  let left = town.random.next() * all.reduce((sum, [, { weight }]) => sum + weight, 0)
  return all.find(([, { weight }]) => (left -= weight) < 0) ?? all[0]!
}

async function post(town: Town, device: Device, { site }: Place): Promise<string> {
  const { random } = town
  const text = `${device.name} says ${++town.posts}`
  const confirmed = (device.view()?.rows ?? []).slice(-20).filter((row) => row.state === 'confirmed')
  const said = confirmed.filter((row) => !row.message.system && !row.message.deleted)
  const target = said.length > 0 && random.chance(0.3) ? random.pick(said).message.seq : null
  const refers = target === null ? {} : random.chance(0.5) ? { replyTo: target } : { thread: target }
  const mentions = random.chance(0.25) ? [random.chance(0.3) ? site.roomId : mentioned(town)] : []
  await device.post(text, { mentions, ...refers })
  return text
}

function mentioned(town: Town): string {
  return town.random.chance(0.6) ? ada : town.random.pick(town.handsets).person
}

/** A room that is open on some device. */
async function inRoom(
  town: Town,
  run: (device: Device, place: Place) => string | null | Promise<string | null>,
): Promise<string | null> {
  const open = town.handsets.flatMap((handset) => handset.shown())
  if (open.length === 0) return null
  const device = town.random.pick(open)
  const what = await run(device, town.place(device.room))
  return what && `${device.name} in ${device.room.slice(-2)}: ${what}`
}

/** One of the last messages of a room that is open somewhere. */
function onMessage(
  town: Town,
  whose: 'own' | 'any',
  run: (room: NonNullable<Device['tab']>['room'], seq: number) => Promise<string>,
): Promise<string | null> {
  return inRoom(town, async (device) => {
    const rows = (device.view()?.rows ?? []).slice(-20).flatMap((row) => {
      return row.state === 'confirmed' && !row.message.system ? [row.message] : []
    })
    const possible = whose === 'own' ? rows.filter(({ by }) => by === device.person) : rows
    if (possible.length === 0) return null
    const { seq } = town.random.pick(possible)
    await device.ask(seq, (room) => run(room, seq))
    return `of ${seq}`
  })
}

/** A wish of someone's inbox about a room of theirs. */
function onInbox(town: Town, run: (handset: Handset, room: string) => string): string | null {
  const handset = town.random.chance(0.8)
    ? town.random.pick(town.handsets.slice(0, 3))
    : town.random.pick(town.handsets)
  const rooms = handset.inbox.rooms()
  if (rooms.length === 0) return null
  return `${handset.name}: ${run(handset, town.random.pick(rooms).room)}`
}

function onConnection(town: Town, run: (connection: NonNullable<Device['connection']>) => void): string | null {
  const handset = town.random.pick(town.handsets)
  const connections = [handset.inbox, ...handset.open()].flatMap(({ connection }) => connection ?? [])
  if (connections.length === 0) return null
  run(town.random.pick(connections))
  return handset.name
}

function onObject(town: Town, run: (host: { name: string; sleep(): boolean; kill(): void }) => boolean): string | null {
  const host = town.random.pick([...town.rooms.all(), ...town.inboxes.all()])
  return run(host) ? host.name : null
}
