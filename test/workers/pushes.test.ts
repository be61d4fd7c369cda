import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { Bump, BumpAnswer } from '../../durable-objects/between.ts'
import { bumpOf } from './support/bumps.ts'
import { enter } from './support/client.ts'
import { openInbox } from './support/device.ts'
import { inboxOf, inInbox, tellInboxes } from './support/objects.ts'
import { bodyOf, freshId, request, roomOf, signUpAfresh, type Person } from './support/people.ts'

/** Someone who would be reached by a push, and has no device connected. */
async function subscribed(name: string): Promise<Person> {
  const person = await signUpAfresh(name)
  // The inbox knows its person before the first news.
  await bodyOf(await request(person, 'GET', '/me/settings'), 200)
  await runInDurableObject(inboxOf(person.id), (object, state) => {
    state.storage.sql.exec('update self set subscribed = 1')
    object['self']['self']['kept'] = null
  })
  return person
}

/** A room has news for the person: so many are unread then. */
async function tell(person: Person, room: string, n: number, change: Partial<Bump> = {}): Promise<BumpAnswer> {
  return await inboxOf(person.id).bump(bumpOf(room, { epoch: 1, n, head: n, count: n, ...change }))
}

async function pushesOf(person: Person): Promise<unknown[]> {
  return await inInbox(person.id, (sql) => sql.exec('select room, seq, news from pushes order by seq').toArray())
}

test('[NOT4] [AC-32] there is one push for a room, and none for what was read on another device', async () => {
  const ada = await subscribed('Ada')
  const [one, other] = [freshId(), freshId()]
  expect(await tell(ada, one, 1)).toMatchObject({ state: 'nobody', wake: 'all' })
  await tell(ada, one, 2, { news: 'mention', mentions: 1 })
  await tell(ada, other, 3)
  // An older one that comes late changes nothing.
  await tell(ada, one, 1)
  expect(await pushesOf(ada)).toEqual([
    { room: one, seq: 2, news: 'mention' },
    { room: other, seq: 3, news: 'message' },
  ])

  await tell(ada, one, 4, { count: 0, read: 4, news: null })
  await tell(ada, other, 5, { count: 0, read: 5 })
  expect(await pushesOf(ada)).toEqual([])
})

test('[NOT4] a push goes with the room', async () => {
  const ada = await subscribed('Ada')
  const room = freshId()
  await tell(ada, room, 1)
  await inboxOf(ada.id).gone(room, 1, 2)
  expect(await pushesOf(ada)).toEqual([])
})

test('[NOT4] without a subscription a room in which nobody listens falls silent, and nothing is kept', async () => {
  const ada = await signUpAfresh('Ada')
  await bodyOf(await request(ada, 'GET', '/me/settings'), 200)
  expect(await tell(ada, freshId(), 1)).toMatchObject({ state: 'nobody', wake: 'nothing' })
  expect(await pushesOf(ada)).toEqual([])
})

test('[NOT4] where a device listens the page disturbs by itself', async () => {
  const ada = await subscribed('Ada')
  await openInbox(ada)
  expect(await tell(ada, freshId(), 1)).toEqual({ state: 'taken' })
  expect(await pushesOf(ada)).toEqual([])
})

test('[NOT1] [NOT4] quiet hours and do-not-disturb hold for pushes', async () => {
  const ada = await subscribed('Ada')
  const quietHours = { from: 0, to: 0, timeZone: 'UTC', days: [0, 1, 2, 3, 4, 5, 6] }
  await bodyOf(await request(ada, 'PATCH', '/me/settings', { quietHours }), 200)
  const room = freshId()
  await tell(ada, room, 1)
  expect(await pushesOf(ada)).toEqual([])
  await bodyOf(await request(ada, 'PATCH', '/me/settings', { quietHours: null }), 200)
  await tell(ada, room, 2)
  expect(await pushesOf(ada)).toEqual([{ room, seq: 2, news: 'message' }])
})

test('[NOT4] [AC-32] a room tells who has no device, a push stands, and reading on a device that connects takes it away', async () => {
  const [ada, grace] = [await subscribed('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  const writer = await enter(grace, room)
  writer.send({ t: 'post', id: freshId(), text: 'hello' })
  const { seq } = await writer.next('ack')
  await tellInboxes(room)
  expect(await pushesOf(ada)).toEqual([{ room, seq, news: 'message' }])

  const [list, reader] = [await openInbox(ada), await enter(ada, room)]
  await list.line(room, ({ unread }) => unread === 1)
  reader.send({ t: 'mark', delivered: seq, read: seq })

  await list.line(room, ({ unread }) => unread === 0)
  expect(await pushesOf(ada)).toEqual([])
})
