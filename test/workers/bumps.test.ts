import { evictDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { enter } from './support/client.ts'
import { openInbox } from './support/device.ts'
import { bumped, hibernate, inStorage, objectOf } from './support/objects.ts'
import { bodyOf, freshId, join, request, roomOf, signUp, signUpAfresh } from './support/people.ts'

test('[BMP1] [BMP2] a message shows on the list of someone who has not opened the room, and reading it elsewhere ends it', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(ada, grace)
  const device = await openInbox(grace)
  const sender = await enter(ada, room)

  sender.send({ t: 'post', id: freshId(), text: 'an engine', mentions: [grace.id] })
  const { seq } = await sender.next('ack')

  const line = await device.line(room, ({ unread }) => unread === 1)
  expect(line).toMatchObject({ mentions: 1, last: { seq, by: ada.id, name: 'Ada', text: 'an engine' }, memberCount: 2 })
  const reader = await enter(grace, room)
  reader.send({ t: 'mark', delivered: seq, read: seq })
  expect(await device.line(room, ({ unread }) => unread === 0)).toMatchObject({ read: seq, mentions: 0 })
})

test('[BMP3] who joins finds the room on their list, who is removed sees it go', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(ada)
  const device = await openInbox(grace)

  await join(grace, ada, room)
  await device.line(room, ({ name }) => name === 'Analytical engines')
  const removal = { command: freshId(), changes: [{ kind: 'remove', person: grace.id }] }
  await bodyOf(await request(ada, 'POST', `/rooms/${room}/members`, removal), 200)

  while (device.holding.lines.has(room)) await device.take()
})

test('[BMP3] [GON1] a room that its owner deletes leaves every list, also of who was away, and then nothing stays', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(ada, grace)
  const device = await openInbox(ada)
  await device.line(room, ({ memberCount }) => memberCount === 2)

  expect((await request(ada, 'DELETE', `/rooms/${room}`)).status).toBe(204)

  while (device.holding.lines.has(room)) await device.take()
  const later = await openInbox(grace)
  expect([...later.holding.lines.keys()]).toEqual([])
})

test('[BMP6] nobody there: the room falls silent, sleeps, and answers who is back with everything', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(ada, grace)
  const sender = await enter(ada, room)
  for (const text of ['one', 'two', 'three']) {
    sender.send({ t: 'post', id: freshId(), text })
    await sender.next('ack')
    await bumped(room)
  }
  const silent = await inStorage(room, (sql) => {
    return sql.exec('select person from inboxes where silent_visit is not null and person = ?', grace.id).toArray()
  })
  expect(silent).toEqual([{ person: grace.id }])
  await hibernate(room)

  const device = await openInbox(grace)

  expect(await device.line(room, ({ unread }) => unread === 3)).toMatchObject({ last: { text: 'three' } })
  sender.send({ t: 'post', id: freshId(), text: 'four' })
  expect(await device.line(room, ({ unread }) => unread === 4)).toMatchObject({ last: { text: 'four' } })
})

test('[BMP7] a room whose storage is from before there were inboxes finds its members again, and tells them', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(ada, grace)
  await bumped(room)
  await inStorage(room, (sql) => {
    sql.exec('alter table members drop column blocks')
    sql.exec('alter table members drop column history_from')
    for (const table of ['told', 'inboxes', 'leavers', 'rings', 'live_call']) sql.exec(`drop table ${table}`)
  })
  await evictDurableObject(objectOf(room))
  const device = await openInbox(grace)
  const sender = await enter(ada, room)

  sender.send({ t: 'post', id: freshId(), text: 'still here' })

  expect(await device.line(room, ({ unread }) => unread === 1)).toMatchObject({ last: { text: 'still here' } })
})
