import { expect, test } from 'vitest'
import { personId, roomId, Town } from './town/town.ts'
import { quiet } from './town/quiet.ts'
import { everyAnswerIsTheSame } from './town/unread.ts'

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
}

const stories: readonly (readonly Deed[])[] = [
  ['post', 'comes'],
  ['post', 'post', 'comes', 'goes', 'post'],
  ['comes', 'post', 'goes', 'post'],
  ['post', 'comes', 'post', 'goes', 'comes'],
  ['comes', 'goes', 'post', 'comes', 'goes', 'post'],
]

/** So many steps of the world are looked at after the first deed: everything that follows from it fits into them. */
const looked = 60

test('[BMP7] [BMP6] wherever the room or the inbox dies between a bump, its answer and the next visit, the list is right once a device is there', async () => {
  let crashes = 0
  for (const deeds of stories) {
    for (const of of ['room', 'inbox'] as const) {
      for (let after = 0; after < looked; after += 1) {
        await tell({ deeds, apart: 7, crash: { of, after } })
        crashes++
      }
    }
  }
  expect(crashes).toBe(stories.length * 2 * looked)
})

test('[BMP6] however a bump, its answer and the next visit cross each other, the list is right once a device is there', async () => {
  for (const deeds of stories) for (let apart = 0; apart < 40; apart++) await tell({ deeds, apart, crash: null })
})

/** Plays a story, lets it come to rest with a device, and compares everything. */
async function tell({ deeds, apart, crash }: Story): Promise<void> {
  const town = new Town(1, names, [{ name: 'Engines', type: 'group', members: [writer, reader] }])
  try {
    const phone = town.handset(reader, 'phone')
    const desk = town.handset(writer, 'desk')
    desk.room(roomId(0)).open()
    await town.time.turn(3_000)
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
    expect(phone.inbox.line(roomId(0))).toMatchObject({ unread: posts, last: { by: writer } })
  } catch (error) {
    const when = crash ? `, ${crash.of} dies after ${crash.after}` : ''
    throw new Error(`${deeds.join(', ')}, ${apart} apart${when}`, {
      cause: error,
    })
  } finally {
    town.close()
  }
}
