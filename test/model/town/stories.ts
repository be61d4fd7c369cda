import { Violation } from '../checks/watch.ts'
import type { Faults } from '../world/faults.ts'
import { personId, roomId } from '../world/ids.ts'
import { quiet } from './quiet.ts'
import { Town } from './town.ts'
import { everyAnswerIsTheSame } from './unread.ts'

/** One room, one reader who comes and goes, one writer; everything between them real. */

const [reader, writer] = [personId(0), personId(1)]

const names = new Map([
  [reader, 'Ada'],
  [writer, 'Grace'],
])

type Deed = 'post' | 'comes' | 'goes'
type Crash = { of: 'room' | 'inbox'; after: number } | null

/** What happens, each so many steps of the world after the one before. */
interface Story {
  deeds: readonly Deed[]
  apart: number
  crash: Crash
  /** Of all that objects ask and answer, this one takes long; null: none does. */
  late: number | null
}

const stories: readonly (readonly Deed[])[] = [
  ['post', 'comes'],
  ['post', 'post', 'comes', 'goes', 'post'],
  ['comes', 'post', 'goes', 'post'],
  ['post', 'comes', 'post', 'goes', 'comes'],
  ['comes', 'goes', 'post', 'comes', 'goes', 'post'],
  ['comes', 'goes', 'post', 'comes', 'post'],
]

/** Long enough to be overtaken by everything else, and short enough to be waited for. */
const lateMs = 1_500

/** So many steps of the world are looked at after the first deed: everything that follows from it fits into them. */
const looked = 60

/** The same deeds, and a death at each step. */
export function* deaths(): Generator<Story> {
  for (let after = 0; after < looked; after++) {
    for (const deeds of stories) {
      for (const of of ['inbox', 'room'] as const) yield { deeds, apart: 7, crash: { of, after }, late: null }
    }
  }
}

/** The same deeds, ever further apart, and with ever another question or answer that takes long. */
export function* crossings(): Generator<Story> {
  for (let step = 0; step < 24; step++) {
    for (const deeds of stories) {
      yield { deeds, apart: step, crash: null, late: null }
      for (const apart of [4, 12]) yield { deeds, apart, crash: null, late: step }
    }
  }
}

/** Plays a story, lets it come to rest with a device, and compares everything. */
export async function tell({ deeds, apart, crash, late }: Story, faults: Partial<Faults> = {}): Promise<void> {
  const town = new Town(1, names, [{ name: 'Engines', type: 'group', members: [writer, reader] }], faults)
  try {
    const phone = town.handset(reader, 'phone')
    const desk = town.handset(writer, 'desk')
    desk.room(roomId(0)).open()
    await town.time.turn(3_000)
    const latencyMs = town.weather.latencyMs.bind(town.weather)
    let asked = 0
    town.weather.latencyMs = () => (asked++ === late ? lateMs : latencyMs())
    let taken = 0
    const steps = async (count: number) => {
      for (const until = taken + count; taken < until; taken++) {
        if (crash?.after === taken) {
          const object = crash.of === 'room' ? town.rooms.host(roomId(0)) : town.inboxes.host(reader)
          object.kill()
        }
        await town.time.next()
      }
    }
    for (const [index, deed] of deeds.entries()) {
      if (deed === 'post') void desk.room(roomId(0)).post(`message ${index}`, {})
      if (deed === 'comes') phone.inbox.open()
      if (deed === 'goes') phone.inbox.close()
      await steps(apart)
    }
    await steps(Math.max(0, looked - taken))
    await quiet(town)
    phone.inbox.open()
    desk.inbox.open()
    await quiet(town)
    everyAnswerIsTheSame(town)
    const posts = deeds.filter((deed) => deed === 'post').length
    const line = phone.inbox.line(roomId(0))
    if (line?.unread !== posts || line.last?.by !== writer)
      throw new Violation(`${posts} posts are shown as ${line?.unread}`)
  } catch (error) {
    const dies = crash ? `, ${crash.of} dies after ${crash.after}` : ''
    const slow = late === null ? '' : `, ${late} is late`
    throw new Error(`${deeds.join(', ')}, ${apart} apart${dies}${slow}`, { cause: error })
  } finally {
    town.close()
  }
}
