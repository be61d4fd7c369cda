import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { Ring } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
import { enter, post } from './support/client.ts'
import { bindings, gate, memberRow } from './support/database.ts'
import { connectInbox, openInbox } from './support/device.ts'
import {
  crashInbox,
  eventually,
  flushed,
  hibernateInbox,
  inboxOf,
  inInbox,
  loseStorage,
  ringInbox,
  runErrand,
  tellInboxes,
} from './support/objects.ts'
import { bodyOf, freshId, request, roomOf, signUpAfresh, type Person } from './support/people.ts'

/** What Postgres has of what someone set about a room. */
async function keptOf(room: string, person: string) {
  const { pinned_at, archived_at, muted_until, notify_level } = await memberRow(room, person)
  return {
    pinned: pinned_at !== null,
    archived: archived_at !== null,
    muted: muted_until !== null,
    level: notify_level,
  }
}

async function two(): Promise<{ ada: Person; grace: Person; room: string }> {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  return { ada, grace, room: await roomOf(grace, ada) }
}

test('[INB14] what someone sets about a room holds at once on all devices, and in Postgres soon', async () => {
  const { ada, room } = await two()
  const [first, second] = [await openInbox(ada), await openInbox(ada)]
  const id = freshId()
  first.send({ t: 'set', id, room, pinned: true, level: 'mentions' })
  await first.next('ack', (ack) => ack.id === id)
  const line = await second.line(room, ({ pinnedAt }) => pinnedAt !== null)
  expect(line).toMatchObject({ archivedAt: null, mutedUntil: null, level: 'mentions' })
  // The promise outlives the object, and Postgres hears all that was set by then.
  first.send({ t: 'set', id: freshId(), room, archived: true, mutedUntil: Date.now() + 3_600_000 })
  await second.line(room, ({ archivedAt }) => archivedAt !== null)
  first.send({ t: 'set', id: freshId(), room, archived: true, at: 1_000 })
  await second.line(room, ({ archivedAt }) => archivedAt === 1_000)
  await hibernateInbox(ada.id)
  await runErrand(ada.id, 'keeping')
  expect(await keptOf(room, ada.id)).toEqual({ pinned: true, archived: true, muted: true, level: 'mentions' })
  expect(await inInbox(ada.id, (sql) => sql.exec('select unkept from lines').one())).toEqual({ unkept: 0 })
})

test('[INB14] a repeated command changes nothing, and one about a room of others is refused', async () => {
  const { ada, room } = await two()
  const device = await openInbox(ada)
  const id = freshId()
  device.send({ t: 'set', id, room, pinned: true })
  await device.next('ack')
  device.send({ t: 'set', id: freshId(), room, pinned: false })
  await device.next('ack')
  device.send({ t: 'set', id, room, pinned: true })
  await device.next('ack', (ack) => ack.id === id)
  const again = await openInbox(ada)
  expect(again.holding.lines.get(room)?.pinnedAt).toBeNull()
  device.send({ t: 'set', id: freshId(), room: freshId(), pinned: true })
  expect(await device.next('refused')).toMatchObject({ reason: 'not_allowed' })
})

test('[INB14] a repeat of what someone said of themself does not take back what another device said since', async () => {
  const { ada } = await two()
  const [first, second] = [await openInbox(ada), await openInbox(ada)]
  const id = freshId()
  first.send({ t: 'status', id, show: 'busy', custom: null })
  await first.next('ack')
  second.send({ t: 'status', id: freshId(), show: 'invisible', custom: null })
  await second.next('ack')
  first.send({ t: 'status', id, show: 'busy', custom: null })
  await first.next('ack', (ack) => ack.id === id)

  const device = await connectInbox(ada)
  expect((await device.hello()).status.show).toBe('invisible')
})

test('[INB14] what was set while Postgres is away stands against what Postgres says, and is kept once it is back', async () => {
  const { ada, room } = await two()
  const device = await openInbox(ada)
  await gate('shut')
  device.send({ t: 'set', id: freshId(), room, level: 'nothing' })
  await device.next('ack')
  await runErrand(ada.id, 'keeping')
  await gate('open')
  await crashInbox(ada.id)
  const again = await openInbox(ada)
  expect(again.holding.lines.get(room)?.level).toBe('nothing')
  expect(await keptOf(room, ada.id)).toMatchObject({ level: 'all' })
  await runErrand(ada.id, 'keeping')
  expect(await keptOf(room, ada.id)).toMatchObject({ level: 'nothing' })
})

test('[INB14] who comes back to a room finds what they had set about it, and sets only what they change', async () => {
  const { ada, grace, room } = await two()
  const device = await openInbox(ada)
  device.send({ t: 'set', id: freshId(), room, level: 'nothing' })
  await device.next('ack')
  await runErrand(ada.id, 'keeping')
  const change = async (kind: 'remove' | 'add') => {
    const body = { command: freshId(), changes: [{ kind, person: ada.id }] }
    await bodyOf(await request(grace, 'POST', `/rooms/${room}/members`, body), 200)
    await tellInboxes(room)
  }
  await change('remove')
  while (device.holding.lines.has(room)) await device.take()

  await change('add')

  await device.line(room, ({ level }) => level === 'nothing')
  device.send({ t: 'set', id: freshId(), room, pinned: true })
  await device.line(room, ({ pinnedAt }) => pinnedAt !== null)
  await runErrand(ada.id, 'keeping')
  expect(await keptOf(room, ada.id)).toMatchObject({ pinned: true, level: 'nothing' })
})

test('[INB15] [UNR4] a whole room is marked as read or unread from the list, and refused while the room cannot answer', async () => {
  const { ada, grace, room } = await two()
  const device = await openInbox(ada)
  const talk = await enter(grace, room)
  await post(talk, 'One')
  await post(talk, 'Two')
  await tellInboxes(room)
  const { head } = await device.line(room, ({ unread }) => unread === 2)
  // One device knew of the first message alone when its person read it.
  device.send({ t: 'mark', id: freshId(), room, as: 'read', upTo: head - 1 })
  await device.next('ack')
  await tellInboxes(room)
  await device.line(room, ({ unread }) => unread === 1)
  const id = freshId()
  device.send({ t: 'mark', id, room, as: 'read' })
  await device.next('ack', (ack) => ack.id === id)
  await tellInboxes(room)
  await device.line(room, ({ unread }) => unread === 0)
  device.send({ t: 'mark', id: freshId(), room, as: 'unread' })
  await device.next('ack')
  await tellInboxes(room)
  expect((await device.line(room, ({ unread }) => unread === 1)).unreadFrom).not.toBeNull()

  await flushed(room)
  await loseStorage(room)
  await gate('shut')
  device.send({ t: 'mark', id: freshId(), room, as: 'read' })
  const refused = await device.next('refused')
  await gate('open')
  expect(refused.reason).toBe('busy')
  expect(refused.retryAfterMs).toBeGreaterThan(0)
})

test('[INB15] [RNG10] what is asked about a room that is none of theirs is refused, and wakes no object', async () => {
  const device = await openInbox(await signUpAfresh('Ada'))
  const room = freshId()
  device.send({ t: 'mark', id: freshId(), room, as: 'read' })
  expect(await device.next('refused')).toMatchObject({ reason: 'not_allowed' })
  device.send({ t: 'answer', id: freshId(), room, call: freshId(), how: 'accept' })
  expect(await device.next('refused')).toMatchObject({ reason: 'too_late' })
  const objects = await listDurableObjectIds(bindings.ROOM)
  expect(objects.map(String)).not.toContain(bindings.ROOM.idFromName(room).toString())
})

test('[INB16] a draft is kept for the other devices: the later one counts, and an empty one takes it away', async () => {
  const { ada, room } = await two()
  const [first, second] = [await openInbox(ada), await openInbox(ada)]
  const draft = (text: string, at: number, thread: number | null = null) => ({ room, thread, text, at })
  first.send({ t: 'draft', ...draft('Dear Gr', 1_000) })
  expect(await second.next('draft')).toEqual({ t: 'draft', ...draft('Dear Gr', 1_000) })
  first.send({ t: 'draft', ...draft('In a thread', 1_500, 7) })
  await second.next('draft')
  // The device that says an older one hears the later one; nobody else hears anything.
  second.send({ t: 'draft', ...draft('Older', 900) })
  expect(await second.next('draft')).toEqual({ t: 'draft', ...draft('Dear Gr', 1_000) })
  await crashInbox(ada.id)
  const third = await openInbox(ada)
  third.send({ t: 'hello', v: 3, epoch: null, since: 0 })
  expect((await third.next('welcome')).drafts).toEqual([draft('In a thread', 1_500, 7), draft('Dear Gr', 1_000)])
  third.send({ t: 'draft', ...draft('', 2_000) })
  third.send({ t: 'draft', ...draft('Resurrected', 1_900) })
  expect(await third.next('draft')).toEqual({ t: 'draft', ...draft('', 2_000) })
  third.send({ t: 'hello', v: 3, epoch: null, since: 0 })
  expect((await third.next('welcome')).drafts).toEqual([draft('In a thread', 1_500, 7)])
})

test('[INB16] of more than 200 drafts the oldest go', async () => {
  const { ada, room } = await two()
  const device = await openInbox(ada)
  for (let thread = 1; thread <= limits.drafts + 5; thread++) {
    device.send({ t: 'draft', room, thread, text: `Draft ${thread}`, at: thread })
  }
  device.send({ t: 'hello', v: 3, epoch: null, since: 0 })
  const { drafts } = await device.next('welcome')
  expect(drafts.map(({ thread }) => thread)).toEqual(Array.from({ length: 200 }, (_, i) => 205 - i))
})

test('[RNG10] a call rings on every device, also on one that comes later, until one answers or it is over', async () => {
  const { ada, grace, room } = await two()
  const [first, second] = [await openInbox(ada), await openInbox(ada)]
  const ringing = (change: Partial<Ring> = {}): Ring => ({
    ...{ room, call: freshId(), media: 'audio', roomName: 'Analytical engines', by: grace.id, name: 'Grace' },
    ...{ until: Date.now() + limits.ringMs, ...change },
  })
  const ring = ringing()
  expect(await inboxOf(ada.id).ring(ring)).toBe('ringing')
  for (const device of [first, second]) expect(await device.next('ring')).toEqual({ t: 'ring', ...ring })
  await crashInbox(ada.id)
  const [third, fourth] = [await openInbox(ada), await openInbox(ada)]
  third.send({ t: 'hello', v: 3, epoch: null, since: 0 })
  expect((await third.next('welcome')).rings).toEqual([ring])
  // The room knows of no such call any more.
  third.send({ t: 'answer', id: freshId(), room, call: ring.call, how: 'decline' })
  expect(await third.next('refused')).toMatchObject({ reason: 'too_late' })
  expect(await fourth.next('ring_over')).toEqual({ t: 'ring_over', room, call: ring.call, why: 'ended' })

  const next = ringing()
  await inboxOf(ada.id).ring(next)
  await inboxOf(ada.id).ringOver(room, next.call, 'accepted')
  expect(await fourth.next('ring_over')).toEqual({ t: 'ring_over', room, call: next.call, why: 'accepted' })
})

test('[RNG10] a ringing that nobody ends is over at its time, also in an inbox that slept', async () => {
  const { ada, grace, room } = await two()
  const device = await openInbox(ada)
  const call = freshId()
  const until = Date.now() + limits.ringMs
  const ring: Ring = { room, call, media: 'video', roomName: 'Engines', by: grace.id, name: 'Grace', until }
  await inboxOf(ada.id).ring(ring)
  await device.next('ring')
  await hibernateInbox(ada.id)
  await inInbox(ada.id, (sql) => sql.exec('update rings set until = ?', Date.now() - 1))
  await ringInbox(ada.id, 'rings')
  expect(await device.next('ring_over')).toEqual({ t: 'ring_over', room, call, why: 'missed' })
  expect(await inInbox(ada.id, (sql) => sql.exec("select 1 from agenda where kind = 'rings'").toArray())).toEqual([])
})

test('[INB17] a room too large to tell everyone is read from Postgres while a device looks', async () => {
  const { ada, grace, room } = await two()
  const device = await openInbox(ada)
  await runErrand(ada.id, 'calling')
  const large = (sql: SqlStorage) => {
    sql.exec("update lines set line = json_set(line, '$.memberCount', ?, '$.unread', 77)", limits.bumpMembers + 1)
    // What Postgres says counts where the room has told nothing for it.
    sql.exec('update lines set head = 0')
  }
  await inInbox(ada.id, large)
  device.send({ t: 'look', away: true })
  device.send({ t: 'look', away: false })
  const planned = () => inInbox(ada.id, (sql) => sql.exec("select 1 from agenda where kind = 'large'").toArray().length)
  await eventually(async () => (await planned()) > 0)
  const talk = await enter(grace, room)
  await post(talk, 'Hello, everyone.')
  await flushed(room)
  await inInbox(ada.id, large)

  await ringInbox(ada.id, 'large')

  expect((await device.line(room, ({ unread }) => unread === 1)).last?.text).toBe('Hello, everyone.')
  expect(await planned()).toBe(0)
})

test('[INB18] a room that someone makes is in their list at once', async () => {
  const ada = await signUpAfresh('Ada')
  const device = await openInbox(ada)
  const id = freshId()
  await bodyOf(await request(ada, 'POST', '/rooms', { id, name: 'Bernoulli numbers' }), 201)
  expect((await device.line(id, () => true)).name).toBe('Bernoulli numbers')
})

test('[INB18] a hello has a list read again that Postgres told more than five minutes ago', async () => {
  const { ada, grace } = await two()
  const device = await openInbox(ada)
  const quiet = freshId()
  await bodyOf(await request(grace, 'POST', '/rooms', { id: quiet, name: 'Quiet' }), 201)
  const reads = () => inInbox(ada.id, (sql) => sql.exec<{ at: number }>('select read_at as at from inbox').one().at)
  await inInbox(ada.id, (sql) => sql.exec('update inbox set read_at = read_at - 300001'))
  const before = await reads()
  device.send({ t: 'hello', v: 3, epoch: null, since: 0 })
  expect((await device.next('welcome')).stale).toBe(false)
  await runErrand(ada.id, 'reading')
  expect(await reads()).toBeGreaterThan(before)
  await runInDurableObject(inboxOf(ada.id), (inbox) => expect(inbox['visits'].wanted()).toBe(false))
})
