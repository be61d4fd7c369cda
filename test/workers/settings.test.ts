import { expect, test } from 'vitest'
import type { Presence, Settings } from '../../protocol/inbox.ts'
import type { Problem } from '../../protocol/problems.ts'
import { gate, directRoom, profileRow } from './support/database.ts'
import { openInbox, type Device } from './support/device.ts'
import { ringInbox } from './support/objects.ts'
import { bodyOf, request, signUpAfresh, type Person } from './support/people.ts'

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
