import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { Presence } from '../../protocol/inbox.ts'
import type { Problem } from '../../protocol/problems.ts'
import { directRoom, gate, profileRow, setPrivacy } from './support/database.ts'
import { connect, enter, nothing } from './support/client.ts'
import { openInbox, type Device } from './support/device.ts'
import { inboxOf, inInbox, objectOf, ringInbox } from './support/objects.ts'
import { bodyOf, freshId, request, roomOf, signUpAfresh, type Person } from './support/people.ts'

/** Two people who show to everyone when they are here. */
async function twoPeople(): Promise<[Person, Person]> {
  const people: [Person, Person] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  for (const { id } of people) await setPrivacy(id, 'everyone')
  return people
}

async function block(person: Person, other: Person, on = true): Promise<Response> {
  return await request(person, on ? 'PUT' : 'DELETE', `/me/blocks/${other.id}`)
}

async function blockedBy(person: Person): Promise<string[]> {
  return (await bodyOf<{ blocked: string[] }>(await request(person, 'GET', '/me/blocks'), 200)).blocked
}

async function heard(device: Device, hidden: boolean): Promise<Presence> {
  const fits = ({ state }: Presence) => (state === 'hidden') === hidden
  return (await device.next('presence', ({ people }) => people.some(fits))).people[0]!
}

test('[BLK2] a block hides both from each other at once, and is lifted as it was set', async () => {
  const [ada, grace] = await twoPeople()
  const [adas, graces] = [await openInbox(ada), await openInbox(grace)]
  adas.send({ t: 'watch', people: [grace.id] })
  graces.send({ t: 'watch', people: [ada.id] })
  await Promise.all([heard(adas, false), heard(graces, false)])

  expect((await block(ada, grace)).status).toBe(204)

  expect((await adas.next('mine', ({ blocked }) => blocked.length > 0)).blocked).toEqual([grace.id])
  const nothing = { state: 'hidden', lastSeenAt: null, custom: null }
  expect([await heard(adas, true), await heard(graces, true)]).toEqual([
    { person: grace.id, ...nothing },
    { person: ada.id, ...nothing },
  ])
  expect(await blockedBy(ada)).toEqual([grace.id])
  expect(await profileRow(ada.id)).toMatchObject({ blocked_user_ids: [grace.id] })
  graces.send({ t: 'status', id: freshId(), show: 'busy', custom: null })
  await graces.next('ack')

  expect((await block(ada, grace)).status).toBe(204)
  expect((await block(ada, grace, false)).status).toBe(204)

  // The first that each hears of the other is how they are now: nothing of what happened in between.
  expect((await heard(adas, false)).person).toBe(grace.id)
  expect((await heard(graces, false)).person).toBe(ada.id)
  expect(await blockedBy(ada)).toEqual([])
})

test('[BLK2] who watches someone that blocks them sees nothing, and the other neither', async () => {
  const [ada, grace] = await twoPeople()
  await block(ada, grace)
  const [adas, graces] = [await openInbox(ada), await openInbox(grace)]
  adas.send({ t: 'watch', people: [grace.id] })
  graces.send({ t: 'watch', people: [ada.id] })
  expect([await heard(adas, true), await heard(graces, true)].map(({ person }) => person)).toEqual([grace.id, ada.id])
})

test('[BLK3] a block whose outcome is not known is carried out as soon as it can be, the last wish for each person', async () => {
  const [ada, grace] = await twoPeople()
  await blockedBy(ada)
  await gate('shut')
  try {
    const refused = await bodyOf<Problem>(await block(ada, grace), 503)
    expect(refused.type).toBe('/problems/pending')
    expect((await block(ada, grace, false)).status).toBe(503)
    expect((await block(ada, grace)).status).toBe(503)
    expect(await blockedBy(ada)).toEqual([])
  } finally {
    await gate('open')
  }

  await ringInbox(ada.id, 'blocks')

  expect(await blockedBy(ada)).toEqual([grace.id])
  expect(await inInbox(ada.id, (sql) => sql.exec('select other from wishes').toArray())).toEqual([])
})

test('[BLK3] a block is answered once the direct room of the two has heard of it, and it is told until it has', async () => {
  const [ada, grace] = await twoPeople()
  const room = await directRoom(ada.id, grace.id, false)
  await enter(ada, room)
  await runInDurableObject(objectOf(room), (object) => {
    object['membership'].refreshNow = () => Promise.resolve('away' as const)
  })
  expect((await bodyOf<Problem>(await block(ada, grace), 503)).type).toBe('/problems/pending')
  // Postgres has it, and both are hidden from each other: the room alone has to hear of it.
  expect(await blockedBy(ada)).toEqual([grace.id])
  expect((await block(ada, grace)).status).toBe(503)
  const refreshed = runInDurableObject(objectOf(room), (object) => {
    Reflect.deleteProperty(object['membership'], 'refreshNow')
    return object['book'].awake().members.get(ada.id)?.blocks
  })
  expect(await refreshed).toEqual([])

  await ringInbox(ada.id, 'blocks')

  const known = runInDurableObject(objectOf(room), (object) => object['book'].awake().members.get(ada.id)?.blocks)
  expect(await known).toEqual([grace.id])
  expect(await inInbox(ada.id, (sql) => sql.exec('select other from wishes').toArray())).toEqual([])
})

test('[BLK3] nobody blocks themself, or someone who does not exist', async () => {
  const [ada] = await twoPeople()
  const nobody = { ...ada, id: freshId() }
  expect([(await block(ada, ada)).status, (await block(ada, nobody)).status]).toEqual([404, 404])
  expect(await blockedBy(ada)).toEqual([])
})

test('[BLK4] a call of someone who is blocked does not ring, and none does in do-not-disturb', async () => {
  const [ada, grace] = await twoPeople()
  await block(ada, grace)
  const device = await openInbox(ada)
  const call = {
    room: freshId(),
    call: freshId(),
    media: 'audio',
    roomName: 'Grace',
    until: Date.now() + 30_000,
  } as const
  expect(await inboxOf(ada.id).ring({ ...call, by: grace.id, name: 'Grace' })).toBe('blocked')
  await block(ada, grace, false)
  expect(await inboxOf(ada.id).ring({ ...call, by: grace.id, name: 'Grace' })).toBe('ringing')
  device.send({ t: 'status', id: freshId(), show: 'busy', custom: null })
  await device.next('ack')
  expect(await inboxOf(ada.id).ring({ ...call, by: grace.id, name: 'Grace' })).toBe('busy')
})

test('[BLK5] the first direct message after a block is refused, of either, and the first after it was lifted is not', async () => {
  const [ada, grace] = await twoPeople()
  const room = await directRoom(ada.id, grace.id, false)
  const [adas, graces] = [await enter(ada, room), await enter(grace, room)]
  const post = async (from: typeof adas, to: typeof adas, text: string) => {
    const id = freshId()
    from.send({ t: 'post', id, text })
    await from.until(() => from.frames.some((frame) => 'id' in frame && frame.id === id))
    const answer = from.frames.find((frame) => 'id' in frame && frame.id === id)!
    return answer.t === 'refused' ? answer.reason : (await to.next('changes')).messages.map((message) => message.text)
  }
  expect(await post(graces, adas, 'before')).toEqual(['before'])

  expect((await block(ada, grace)).status).toBe(204)
  expect([await post(graces, adas, 'now'), await post(adas, graces, 'now')]).toEqual(['not_allowed', 'not_allowed'])

  expect((await block(ada, grace, false)).status).toBe(204)
  expect(await post(graces, adas, 'again')).toEqual(['again'])
})

test('[BLK6] in a shared group messages of someone who is blocked count, and their mentions do not, until they are let again', async () => {
  const [ada, grace] = await twoPeople()
  const room = await roomOf(grace, ada)
  const [device, writer] = [await openInbox(ada), await enter(grace, room)]
  const mention = (text: string) => writer.send({ t: 'post', id: freshId(), text, mentions: [ada.id] })
  mention('first')
  await device.line(room, ({ unread, mentions }) => unread === 1 && mentions === 1)

  await block(ada, grace)
  await ringInbox(ada.id, 'refresh')
  // What was written before counts no more either.
  await device.line(room, ({ unread, mentions }) => unread === 1 && mentions === 0)
  mention('second')
  expect(await device.line(room, ({ unread }) => unread === 2)).toMatchObject({ mentions: 0 })

  await block(ada, grace, false)
  await ringInbox(ada.id, 'refresh')
  await device.line(room, ({ unread, mentions }) => unread === 2 && mentions === 2)
})

test('[HERE3] of two people of whom one blocks the other, neither is named to the other in a room that both have open', async () => {
  const [ada, grace] = await twoPeople()
  const linus = await signUpAfresh('Linus')
  const room = await roomOf(linus, ada, grace)
  const [adas, graces, linuss] = [await enter(ada, room), await enter(grace, room), await enter(linus, room)]
  const all = [ada.id, grace.id, linus.id].sort()
  await linuss.next('here', ({ people }) => people.length === 3)
  await graces.next('here', ({ people }) => people.length === 3)

  await block(ada, grace)
  await ringInbox(ada.id, 'refresh')

  const without = (person: Person) => ({ t: 'here', people: all.filter((id) => id !== person.id) })
  expect(await graces.next('here')).toEqual(without(ada))
  expect(await adas.next('here', ({ people }) => people.length === 2 && !people.includes(grace.id))).toEqual(
    without(grace),
  )
  const again = await connect(grace, room)
  expect((await again.hello(nothing)).welcome.here).toEqual(without(ada).people)
})
