import { everyoneSeesTheRoom } from '../checks/the-room.ts'
import { Violation } from '../checks/watch.ts'
import { noFaults } from './faults.ts'
import type { World } from './world.ts'

/** Longer than the members' copy may be old, so that the next socket has it compared. */
const membersFreshMs = 6 * 60_000

/** Everything is well again, and enough time passes for everything that is owed. */
export async function settle(world: World): Promise<void> {
  world.weather.state = 'well'
  await calm(world, 'after the walk')
  // So long until a connection that is deaf by now is found out.
  await world.time.turn(60_000)
  await calm(world, 'after a minute')
  // A frame that a fault took is told again with the next welcome.
  if (world.faults.down === noFaults.down) everyoneSeesTheRoom(world)
  // The next one who comes makes the room look who is still a member.
  await world.time.turn(membersFreshMs)
  for (const { connection } of world.devices) connection?.break()
  for (const bot of world.bots) bot.break()
  await calm(world, 'after the members were compared')
}

/** A room whose database was restored finds out when it next writes: somebody has the last word. */
export async function lastWord(world: World): Promise<void> {
  // Nobody keeps the owner from writing.
  await world.devices.find(({ person }) => person === world.postgres.owner())!.post('the last word', {})
  await calm(world, 'after the last word')
  // Its frame may be the one that a fault takes.
  for (const device of world.devices) device.connection?.break()
  await calm(world, 'after everyone came back')
}

async function calm(world: World, when: string): Promise<void> {
  let owed: string | null = null
  for (let round = 0; round < 150; round++) {
    for (const device of world.devices) {
      if (device.view()?.closed && world.postgres.isMember(device.person)) device.close()
      device.open()
    }
    await world.time.turn(5_000)
    world.watch.check()
    owed = stillOwed(world)
    if (owed === null) return
  }
  throw new Violation(`${when} it does not come to rest: ${owed}`)
}

/** What has not been done yet, or null. */
function stillOwed(world: World): string | null {
  const { storage } = world.host
  const [room] = storage.read<{ flushed: number; floor: number; stopped: string | null }>('select * from room')
  if (!room) return 'the room is not awake'
  if (room.stopped !== null) return `the room has stopped: ${room.stopped}`
  const [{ head } = { head: null }] = storage.read<{ head: number | null }>('select max(seq) as head from log')
  if (room.flushed < (head ?? room.floor - 1)) return `Postgres has events up to ${room.flushed} of ${head}`
  if (storage.read('select 1 from members where dirty = 1').length > 0) return 'marks are not in Postgres yet'
  if (storage.read('select 1 from intents').length > 0) return 'a join is not settled'
  for (const { person, queue } of world.bots) {
    if (queue.length > 0 && world.postgres.isMember(person))
      return `${queue.length} commands of ${person} are not answered`
  }
  for (const device of world.devices) {
    const view = device.view()!
    if (!world.postgres.isMember(device.person)) continue
    if (view.closed) return `${device.name} is closed: ${view.closed}`
    if (view.connection.state !== 'live') return `${device.name} is ${view.connection.state}`
    const waiting = device.tab!.room.waiting()
    if (waiting > 0) return `${device.name} still has ${waiting} messages to send`
    const [marks] = storage.read<{ delivered: number }>('select delivered from members where person = ?', device.person)
    if (marks?.delivered !== (head ?? room.floor - 1)) return `${device.person} has received up to ${marks?.delivered}`
  }
  return null
}
