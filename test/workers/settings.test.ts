import { expect, test } from 'vitest'
import type { Me } from '../../protocol/api.ts'
import type { Presence, Settings } from '../../protocol/inbox.ts'
import type { Problem } from '../../protocol/problems.ts'
import { gate, directRoom, profileRow } from './support/database.ts'
import { enter } from './support/client.ts'
import { openInbox, type Device } from './support/device.ts'
import { inboxOf, inInbox, ringInbox } from './support/objects.ts'
import { bodyOf, freshId, request, roomOf, signUpAfresh, type Person } from './support/people.ts'

const unchanged: Settings = {
  ...{ lastSeen: 'contacts', photo: 'everyone', about: 'everyone', groupAdd: 'everyone' },
  ...{ readReceipts: true, quietHours: null, previews: true },
}

/** Changes the person's settings as their page does. */
async function change(person: Person, part: Partial<Settings>): Promise<Settings> {
  return await bodyOf<Settings>(await request(person, 'PATCH', '/me/settings', part), 200)
}

async function settingsOf(person: Person): Promise<Settings> {
  return await bodyOf<Settings>(await request(person, 'GET', '/me/settings'), 200)
}

async function heard(device: Device): Promise<Presence> {
  return (await device.next('presence')).people[0]!
}

test('[SET4] settings are in Postgres and with the own devices when they are answered', async () => {
  const ada = await signUpAfresh('Ada')
  const device = await openInbox(ada)
  expect(await settingsOf(ada)).toEqual(unchanged)
  const quietHours = { from: 22 * 60, to: 7 * 60, timeZone: 'Europe/Berlin', days: [0, 1, 2, 3, 4] }

  const after = await change(ada, { about: 'nobody', quietHours })

  expect(after).toEqual({ ...unchanged, about: 'nobody', quietHours })
  expect(await profileRow(ada.id)).toMatchObject({ privacy_about: 'nobody', notification_preferences: { quietHours } })
  await device.next('mine', ({ settings }) => settings.about === 'nobody')
  expect(await settingsOf(ada)).toEqual(after)
  expect((await openInbox(ada).then((fresh) => fresh.hello())).settings).toEqual(after)
})

test('[SET4] a setting that is none names its field, and changes nothing', async () => {
  const ada = await signUpAfresh('Ada')
  const quietHours = { from: 0, to: 1, timeZone: 'Mars/Olympus', days: [] }
  const answer = await request(ada, 'PATCH', '/me/settings', { lastSeen: 'nobody', quietHours })
  const { errors } = await bodyOf<Problem>(answer, 400)
  expect(errors).toEqual([{ field: 'quietHours.timeZone', message: 'is not a time zone' }])
  expect(await settingsOf(ada)).toEqual(unchanged)
})

test('[SET4] with Postgres away nothing changes, and what an answer got lost of is read again', async () => {
  const ada = await signUpAfresh('Ada')
  await settingsOf(ada)
  await gate('shut')
  try {
    const refused = await bodyOf<Problem>(await request(ada, 'PATCH', '/me/settings', { lastSeen: 'nobody' }), 503)
    expect(refused.type).toBe('/problems/database_away')
    expect((await settingsOf(ada)).lastSeen).toBe('contacts')
    await gate('lost')
    await bodyOf<Problem>(await request(ada, 'PATCH', '/me/settings', { lastSeen: 'nobody' }), 503)
  } finally {
    await gate('open')
  }
  await ringInbox(ada.id, 'facts')
  expect((await settingsOf(ada)).lastSeen).toBe('nobody')
})

test('[SET5] who begins to hide is hidden at once from those who watched, and sees nobody themself', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  await change(ada, { lastSeen: 'everyone' })
  await change(grace, { lastSeen: 'everyone' })
  const [adas, watcher] = [await openInbox(ada), await openInbox(grace)]
  adas.send({ t: 'watch', people: [grace.id] })
  watcher.send({ t: 'watch', people: [ada.id] })
  const [ofAda, ofGrace] = [await heard(watcher), await heard(adas)]
  expect([ofAda.state, ofGrace.state]).not.toContain('hidden')

  await change(ada, { lastSeen: 'nobody' })

  const hidden = { state: 'hidden', lastSeenAt: null, custom: null }
  expect(await watcher.next('presence', ({ people }) => people[0]!.state === 'hidden')).toMatchObject({
    people: [{ person: ada.id, ...hidden }],
  })
  expect(await adas.next('presence', ({ people }) => people[0]!.state === 'hidden')).toMatchObject({
    people: [{ person: grace.id, ...hidden }],
  })
  await change(ada, { lastSeen: 'everyone' })
  await watcher.next('presence', ({ people }) => people[0]!.state !== 'hidden')
  await adas.next('presence', ({ people }) => people[0]!.state !== 'hidden')
})

test('[SET5] a contact is who watches someone that has opened the room of the two', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  await directRoom(ada.id, grace.id, false, [ada.id])
  await openInbox(ada)
  const watcher = await openInbox(grace)
  watcher.send({ t: 'watch', people: [ada.id] })
  expect((await heard(watcher)).state).not.toBe('hidden')
  const adas = await openInbox(ada)
  adas.send({ t: 'watch', people: [grace.id] })
  expect((await heard(adas)).state).toBe('hidden')
})

test('[SET8] read receipts that are turned off are off in the rooms of two when it is known there, and until it is it is asked', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await directRoom(ada.id, grace.id, false)
  const [writes, reads] = [await enter(ada, room), await enter(grace, room)]
  writes.send({ t: 'post', id: freshId(), text: 'hello' })
  const { seq } = await writes.next('ack')
  reads.send({ t: 'mark', delivered: seq, read: seq })
  await writes.next('marks', ({ marks }) => marks[0]!.read === seq)

  await change(grace, { readReceipts: false })
  await ringInbox(grace.id, 'refresh')

  const { members } = await writes.next('members')
  expect(members.find(({ person }) => person === grace.id)).toMatchObject({ delivered: seq, read: 0 })
  expect(await inInbox(grace.id, (sql) => sql.exec('select room from refreshes').toArray())).toEqual([])
})

test('[SET7] a new name is with the rooms, with the lists of the others, and with the next session', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await directRoom(ada.id, grace.id, false)
  const [open, list] = [await enter(grace, room), await openInbox(grace)]
  expect(list.holding.lines.get(room)?.name).toBe('Ada')
  const name = 'Ada Lovelace'

  const me = await bodyOf<Me>(await request(ada, 'PATCH', '/me', { name }), 200)

  expect(me.person.name).toBe(name)
  expect((await bodyOf<Me>(await request(ada, 'GET', '/me'), 200)).person.name).toBe(name)
  const { members } = await open.next('members')
  expect(members.find(({ person }) => person === ada.id)?.name).toBe(name)
  await list.line(room, (line) => line.name === name)
  await bodyOf(await request(ada, 'POST', '/auth/refresh'), 200)
  expect((await bodyOf<Me>(await request(ada, 'GET', '/me'), 200)).person.name).toBe(name)
})

test('[SET7] a room that cannot read its members is asked until it can', async () => {
  const ada = await signUpAfresh('Ada')
  const room = await roomOf(ada)
  const open = await enter(ada, room)
  await openInbox(ada)
  await gate('shut')
  try {
    await inboxOf(ada.id).renamed()
    await ringInbox(ada.id, 'refresh')
    expect(await inInbox(ada.id, (sql) => sql.exec('select room from refreshes').toArray())).toEqual([{ room }])
  } finally {
    await gate('open')
  }
  await bodyOf<Me>(await request(ada, 'PATCH', '/me', { name: 'Countess' }), 200)
  await ringInbox(ada.id, 'refresh')
  expect(await inInbox(ada.id, (sql) => sql.exec('select room from refreshes').toArray())).toEqual([])
  const { members } = await open.next('members')
  expect(members.map((member) => member.name)).toEqual(['Countess'])
})
