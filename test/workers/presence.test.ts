import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { deviceAt, noteDevice } from '../../durable-objects/inbox/devices.ts'
import type { OwnStatus, Presence } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
import { presenceRow, setPrivacy } from './support/database.ts'
import { connectInbox, openInbox, type Device } from './support/device.ts'
import { eventually, inboxOf, inInbox, ringInbox } from './support/objects.ts'
import { freshId, signUpAfresh, type Person } from './support/people.ts'

/** Someone who shows to everyone when they are here. */
async function openPerson(name: string): Promise<Person> {
  const person = await signUpAfresh(name)
  await setPrivacy(person.id, 'everyone')
  return person
}

/** The inbox's clock turned on: everything that happened to its person happened so much earlier. */
async function pass(person: Person, ms: number): Promise<void> {
  await runInDurableObject(inboxOf(person.id), (object, state) => {
    for (const socket of state.getWebSockets()) noteDevice(socket, { seenAt: deviceAt(socket).seenAt - ms })
    const earlier = ['since', 'seenAt', 'until'].map((time) => `'$.${time}', json_extract(visit, '$.${time}') - ${ms}`)
    const visit = `json_set(visit, ${earlier.join()})`
    state.storage.sql.exec(`update self set visit = ${visit} where visit is not null`)
    object['self']['self']['kept'] = null
  })
}

/** Closes a device's socket, and waits until the inbox has heard of it. */
async function closed(device: Device, person: Person): Promise<void> {
  const open = () => runInDurableObject(inboxOf(person.id), (_, state) => state.getWebSockets().length)
  const before = await open()
  device.close()
  await eventually(async () => (await open()) < before)
}

/** Someone who has been here for longer than a second. */
async function online(person: Person): Promise<Device> {
  const device = await openInbox(person)
  await pass(person, limits.onlineAfterMs)
  await ringInbox(person.id, 'presence')
  return device
}

/** How someone is as this device hears it next. */
async function heard(device: Device, fits: (presence: Presence) => boolean = () => true): Promise<Presence> {
  const { people } = await device.next('presence', ({ people }) => people.some(fits))
  return people.find(fits)!
}

/** What the person's inbox hears of others takes effect, and its answers are lost. */
async function losingAnswers(person: Person): Promise<{ restore(): Promise<void> }> {
  await runInDurableObject(inboxOf(person.id), (object) => {
    const self = object['self']
    const { heard } = self
    self.heard = (presence: Presence) => {
      heard.call(self, presence)
      throw new Error('The answer was lost.')
    }
  })
  return {
    async restore() {
      await runInDurableObject(inboxOf(person.id), (object) => {
        Reflect.deleteProperty(object['self'], 'heard')
      })
    },
  }
}

test('[PRS1] [PRS5] who is watched is online after a second, and the watcher hears of it once', async () => {
  const [ada, grace] = [await openPerson('Ada'), await openPerson('Grace')]
  const watcher = await openInbox(grace)
  watcher.send({ t: 'watch', people: [ada.id] })
  expect(await heard(watcher)).toEqual({ person: ada.id, state: 'offline', lastSeenAt: null, custom: null })

  await online(ada)

  expect(await heard(watcher)).toEqual({ person: ada.id, state: 'online', lastSeenAt: null, custom: null })
  const second = await openInbox(ada)
  await ringInbox(ada.id, 'presence')
  second.send({ t: 'look', away: true })
  second.send({ t: 'status', id: freshId(), show: 'busy', custom: null })
  expect(await heard(watcher)).toMatchObject({ state: 'busy' })
})

test('[PRS1] [AC-26] a tab that was killed without a close frame is offline within the lease', async () => {
  const [ada, grace] = [await openPerson('Ada'), await openPerson('Grace')]
  const ghost = await online(ada)
  const watcher = await openInbox(grace)
  watcher.send({ t: 'watch', people: [ada.id] })
  expect(await heard(watcher)).toMatchObject({ state: 'online' })

  await pass(ada, limits.hereLeaseMs)
  await ringInbox(ada.id, 'presence')

  const { state, lastSeenAt } = await heard(watcher)
  expect(state).toBe('offline')
  expect(Date.now() - lastSeenAt!).toBeGreaterThanOrEqual(limits.hereLeaseMs)
  expect(ghost.closedWith).toBe(null)
})

test('[PRS2] [AC-31] two tabs are one person, and a page that is loaded anew is no leave and no join', async () => {
  const [ada, grace] = [await openPerson('Ada'), await openPerson('Grace')]
  const first = await online(ada)
  const second = await openInbox(ada)
  const watcher = await openInbox(grace)
  watcher.send({ t: 'watch', people: [ada.id] })
  expect(await heard(watcher)).toMatchObject({ state: 'online' })

  await closed(first, ada)
  await closed(second, ada)
  const again = await openInbox(ada)
  await ringInbox(ada.id, 'presence')
  again.send({ t: 'look', away: true })

  // The next thing that the watcher hears is that Ada looks away.
  expect(await heard(watcher)).toMatchObject({ state: 'away' })
  await closed(again, ada)
  await pass(ada, limits.hereLeaseMs)
  await ringInbox(ada.id, 'presence')
  expect(await heard(watcher)).toMatchObject({ state: 'offline' })
})

test('[PRS5] a device hears of whom it watches and of nobody else, and of nobody once it watches them no more', async () => {
  const [ada, grace, linus] = [await openPerson('Ada'), await openPerson('Grace'), await openPerson('Linus')]
  const [ofAda, ofLinus] = [await openInbox(grace), await openInbox(grace)]
  ofAda.send({ t: 'watch', people: [ada.id] })
  await heard(ofAda)
  ofLinus.send({ t: 'watch', people: [linus.id] })
  await heard(ofLinus)

  const device = await online(ada)
  expect(await heard(ofAda)).toMatchObject({ person: ada.id, state: 'online' })
  expect(ofLinus.frames.filter(({ t }) => t === 'presence')).toEqual([])
  ofLinus.send({ t: 'watch', people: [linus.id, ada.id] })
  // Known already: it is told at once.
  expect(await heard(ofLinus, ({ person }) => person === ada.id)).toMatchObject({ state: 'online' })

  await closed(ofAda, grace)
  await closed(ofLinus, grace)
  device.send({ t: 'look', away: true })
  await ringInbox(ada.id, 'presence')
  await ringInbox(ada.id, 'tell')
  expect(await inInbox(ada.id, (sql) => sql.exec('select person from watchers').toArray())).toEqual([])
})

test('[PRS5] who watches anew is told how things are, also after the watched inbox slept', async () => {
  const [ada, grace] = [await openPerson('Ada'), await openPerson('Grace')]
  await online(ada)
  const watcher = await openInbox(grace)
  watcher.send({ t: 'watch', people: [ada.id] })
  expect(await heard(watcher)).toMatchObject({ state: 'online' })
  watcher.send({ t: 'watch', people: [] })
  watcher.send({ t: 'watch', people: [ada.id] })
  expect(await heard(watcher)).toMatchObject({ state: 'online' })
})

test('[PRS3] what one says of oneself reaches the own devices and those who watch', async () => {
  const [ada, grace] = [await openPerson('Ada'), await openPerson('Grace')]
  const [one, other] = [await online(ada), await openInbox(ada)]
  const watcher = await openInbox(grace)
  watcher.send({ t: 'watch', people: [ada.id] })
  await heard(watcher)
  const status: OwnStatus = { show: 'available', custom: { text: 'at lunch', emoji: '🍜', until: null } }
  const id = freshId()

  one.send({ t: 'status', id, ...status })

  expect(await one.next('ack')).toEqual({ t: 'ack', id })
  await other.next('mine', (mine) => mine.status.custom !== null)
  expect(await heard(watcher)).toEqual({ person: ada.id, state: 'online', lastSeenAt: null, custom: status.custom })
  one.send({ t: 'status', id: freshId(), show: 'invisible', custom: status.custom })
  expect(await heard(watcher)).toEqual({ person: ada.id, state: 'hidden', lastSeenAt: null, custom: null })
  const late = await connectInbox(ada)
  expect((await late.hello()).status).toEqual({ ...status, show: 'invisible' })
})

test('[PRS6] Postgres hears of it, holds it as a lease that is renewed, and nothing is planned once nobody is here', async () => {
  const ada = await openPerson('Ada')
  const device = await online(ada)
  await ringInbox(ada.id, 'keep')
  const here = await presenceRow(ada.id)
  expect(here).toMatchObject({ is_online: true, status: 'available' })
  const [renewal] = await inInbox(ada.id, (sql) => {
    return sql.exec<{ due: number }>(`select due from agenda where kind = 'keep'`).toArray()
  })
  expect(renewal!.due - Date.now()).toBeGreaterThan(limits.presenceRenewMs - 30_000)
  expect(renewal!.due - Date.now()).toBeLessThanOrEqual(limits.presenceRenewMs)

  device.send({ t: 'look', away: true })
  await closed(device, ada)
  await pass(ada, limits.hereLeaseMs)
  await ringInbox(ada.id, 'presence')
  await ringInbox(ada.id, 'keep')

  // Last seen never goes back in Postgres, although the inbox's clock was turned; but nor is it now.
  expect(await presenceRow(ada.id)).toMatchObject({ is_online: false, last_seen_at: here['last_seen_at'] })
  await ringInbox(ada.id, 'sessions')
  expect(await inInbox(ada.id, (sql) => sql.exec('select kind from agenda').toArray())).toEqual([])
})

test('[PRS5] what may not have arrived is told again, although the person is by now as the watcher was told before', async () => {
  const [ada, grace] = [await openPerson('Ada'), await openPerson('Grace')]
  const device = await online(ada)
  const watcher = await openInbox(grace)
  watcher.send({ t: 'watch', people: [ada.id] })
  expect(await heard(watcher)).toMatchObject({ state: 'online' })
  const lost = await losingAnswers(grace)
  device.send({ t: 'look', away: true })
  expect(await heard(watcher)).toMatchObject({ state: 'away' })
  device.send({ t: 'look', away: false })
  await lost.restore()

  await ringInbox(ada.id, 'tell')

  expect(await heard(watcher)).toMatchObject({ state: 'online' })
})
