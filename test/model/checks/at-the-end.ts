import { isDeepStrictEqual } from 'node:util'
import type { RoomEvent } from '../../../protocol/events.ts'
import { fold } from '../../../protocol/fold.ts'
import type { Device } from '../world/device.ts'
import { messageOf, type Message } from '../../../protocol/message.ts'
import type { World } from '../world/world.ts'
import { everyoneSeesTheRoom, postgresHasTheRoom } from './the-room.ts'
import { Violation } from './watch.ts'

/** What holds when everything is well again and nothing is owed any more. */
export async function atTheEnd(world: World): Promise<void> {
  world.watch.check()
  postgresEqualsTheLog(world)
  postgresHasTheRoom(world)
  everyoneSeesTheRoom(world)
  const history = world.postgres
    .rows()
    .messages.map(messageOf)
    .sort((one, other) => one.seq - other.seq)
  const places = new Map(history.map(({ id, seq }) => [id, seq]))
  const commands = new Set(world.postgres.rows().commands.map(({ id }) => id))
  for (const [id] of world.watch.acks) {
    if (!commands.has(id) && !world.watch.mayBeLost.has(id)) throw new Violation(`${id} was acknowledged and is gone`)
  }
  const sent = new Set(world.devices.flatMap((device) => device.sent))
  const stray = history.find(({ id, system }) => !system && !sent.has(id))
  if (stray) throw new Violation(`${stray.id} is kept, and nobody sent it`)
  const done = new Map(world.postgres.rows().commands.map(({ id, seq }) => [id, seq]))
  for (const device of world.devices) {
    everyCommandAnswered(world, device, done)
    nothingLostOrOutOfOrder(world, device, places)
    if (world.postgres.isMember(device.person)) await timelineEquals(world, device, history)
    else if (device.view()!.closed !== 'not_a_member') throw new Violation(`${device.name} still has the room open`)
    else if (device.view()!.rows.some(({ state }) => state === 'confirmed')) {
      throw new Violation(`${device.name} still shows what was said`)
    }
  }
  world.watch.check()
}

/** The rows of the log that the room holds are those of Postgres, and Postgres has nothing above it. */
function postgresEqualsTheLog(world: World): void {
  const log = world.host.storage.read<{ event: string }>('select event from log order by seq')
  const events = log.map(({ event }) => JSON.parse(event) as RoomEvent)
  const from = events[0]?.seq ?? Number.MAX_SAFE_INTEGER
  const expected = fold(events, new Set(world.people))
  const rows = world.postgres.rows()
  const held = rows.messages.filter(({ seq }) => seq >= from)
  const byReplies = (row: (typeof held)[number]) => ({ ...row, replyTo: null })
  same('messages', held.map(byReplies), expected.messages.map(byReplies))
  same(
    'commands',
    rows.commands.filter(({ seq }) => seq >= from),
    expected.commands,
  )
}

/** What a device was given to send is kept exactly once, in its order, or was refused. */
function nothingLostOrOutOfOrder(world: World, device: Device, places: ReadonlyMap<string, number>): void {
  device.excuseFailed()
  const kept = device.sent.filter((id) => places.has(id) && !device.excused.has(id))
  const inOrder = [...kept].sort((one, other) => places.get(one)! - places.get(other)!)
  const at = kept.findIndex((id, index) => id !== inOrder[index])
  if (at >= 0) {
    const placed = (id: string) => `${id} (at ${places.get(id)})`
    throw new Violation(`${device.name} sent ${placed(kept[at]!)} before ${placed(inOrder[at]!)}`)
  }
  const failed = new Set(device.view()!.rows.flatMap((row) => (row.state === 'failed' ? [row.key] : [])))
  for (const id of device.sent) {
    if (places.has(id) && failed.has(id) && !world.onceRemoved.has(device.person)) {
      throw new Violation(`${device.name} shows ${id} as failed, and it is kept`)
    }
    if (places.has(id) || failed.has(id) || world.watch.mayBeLost.has(id)) continue
    throw new Violation(`${id} of ${device.name} is neither kept nor refused`)
  }
}

/** What a device asked of messages is carried out once, in order for each message, or was refused. */
function everyCommandAnswered(world: World, device: Device, done: ReadonlyMap<string, number>): void {
  device.excuseFailed()
  const last = new Map<number | string, number>()
  for (const { id, about } of device.commands) {
    const at = done.get(id)
    if (at === undefined) {
      // What is asked of a message that failed waits with it for its author.
      if (typeof about === 'string' && device.excused.has(about)) continue
      if (device.excused.has(id) || world.watch.mayBeLost.has(id) || world.onceRemoved.has(device.person)) continue
      throw new Violation(`what ${device.name} asked of ${about} as ${id} is neither done nor refused`)
    }
    if (device.excused.has(id)) continue
    if (at < (last.get(about) ?? 0))
      throw new Violation(`${device.name} asked ${id} of ${about} later than the log says`)
    last.set(about, at)
  }
}

/** With everything loaded the device shows the log itself. */
async function timelineEquals(world: World, device: Device, history: readonly Message[]): Promise<void> {
  const { room } = device.tab!
  for (let page = 0; page < 10_000; page++) {
    const { older, rows } = room.view.getState()
    const gap = rows.find((row) => row.state === 'gap')
    if (!gap && older === 'none') break
    if (gap) void room.loadGap(gap.after, gap.before).catch(() => {})
    else void room.loadOlder()
    await world.time.turn(300)
  }
  const shown = room.view.getState().rows.filter(({ state }) => state !== 'failed')
  same(
    `the timeline of ${device.name}`,
    shown.map((row) => (row.state === 'confirmed' ? sweptAtSomeTime(row.message) : row)),
    history.map(sweptAtSomeTime),
  )
}

/** Of several expiries at once a client hears the latest alone: which of them took out a message it need not know. */
function sweptAtSomeTime(message: Message): Message {
  return message.deleted?.by === null ? { ...message, rev: 0, deleted: { at: 0, by: null } } : message
}

function same(what: string, actual: readonly unknown[], expected: readonly unknown[]): void {
  if (isDeepStrictEqual(actual, expected)) return
  const at = Array.from({ length: Math.max(actual.length, expected.length) }, (_, index) => index).find(
    (index) => !isDeepStrictEqual(actual[index], expected[index]),
  )
  const counts = `${actual.length} instead of ${expected.length}`
  const [one, other] = [JSON.stringify(actual[at ?? 0]), JSON.stringify(expected[at ?? 0])]
  throw new Violation(`${what} differ from the log (${counts}), first at ${at}:\n  ${one}\n  ${other}`)
}
