import { afterEach, expect, test } from 'vitest'
import { bumpOf } from './support/bumps.ts'
import { enter, post } from './support/client.ts'
import { gate } from './support/database.ts'
import { connectInbox, Device, openInbox } from './support/device.ts'
import { inboxOf, runErrand, tellInboxes } from './support/objects.ts'
import { ask, bodyOf, freshId, join, request, roomOf, signUpAfresh, site } from './support/people.ts'
import { timersOf } from './support/timers.ts'
import { tokenEnding, withTokenEnding } from './support/tokens.ts'

afterEach(async () => await gate('open'))

test('[INB3] [CLO1] who is not signed in, or no longer, is closed with 4401', async () => {
  const ada = await signUpAfresh('Ada')
  const nobody = { ...ada, cookies: new Map<string, string>() }
  for (const person of [nobody, await withTokenEnding(ada, Date.now() - 1_000)]) {
    const device = await connectInbox(person)
    await device.until(() => device.closedWith !== null)
    expect(device.closedWith).toBe(4401)
  }
})

test('[INB3] [ORI1] a cookie opens the inbox from our own pages alone, a bearer token needs no Origin', async () => {
  const ada = await signUpAfresh('Ada')
  const cookie = `parley_access=${ada.cookies.get('parley_access')}`
  const upgrade = 'websocket'
  for (const origin of [{}, { origin: 'https://elsewhere.test' }]) {
    const answer = await ask('/inbox/socket', { headers: { upgrade, cookie, ...origin } })
    expect(answer.status).toBe(403)
  }
  expect((await ask('/inbox/socket', { headers: { cookie, origin: site } })).status).toBe(400)
  const authorization = `Bearer ${await tokenEnding(ada, Date.now() + 60_000)}`
  const { webSocket } = await ask('/inbox/socket', { headers: { upgrade, authorization } })
  expect((await new Device(webSocket!).hello()).me).toBe(ada.id)
})

test('[INB3] [SES5] grace opens the inbox with the list that is kept', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  await (await openInbox(ada)).leave()
  await gate('shut')
  await bodyOf(await request(ada, 'POST', '/auth/refresh'), 200)
  const inGrace = await withTokenEnding(ada, Date.now() - 60_000)
  const device = await connectInbox(inGrace)
  expect(await device.hello()).toMatchObject({ me: ada.id, stale: true })
  expect([...device.holding.lines.keys()]).toEqual([room])
})

test('[INB18] whoever joins a room, or leaves it, has it in their list or no more at once', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace)
  const device = await openInbox(ada)
  await bodyOf(await join(ada, grace, room), 200)
  await tellInboxes(room)
  expect((await device.line(room, () => true)).name).toBe('Analytical engines')
  const changes = [{ kind: 'leave', person: ada.id }]
  await bodyOf(await request(ada, 'POST', `/rooms/${room}/members`, { command: freshId(), changes }), 200)
  await tellInboxes(room)
  while (device.holding.lines.has(room)) await device.take()
  const again = await openInbox(ada)
  expect([...again.holding.lines.keys()]).toEqual([])
})

test('[INB12] an inbox with devices leaves no timer running, whatever it was told', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  const talk = await enter(grace, room)
  const timers = timersOf()
  const device = await openInbox(ada)
  await runErrand(ada.id, 'calling')
  await post(talk, 'Good evening.')
  await tellInboxes(room)
  await device.line(room, ({ unread }) => unread === 1)
  device.send({ t: 'set', id: freshId(), room, pinned: true })
  await device.next('ack')
  device.send({ t: 'seen', version: device.holding.version })
  await runErrand(ada.id, 'keeping')
  await runErrand(ada.id, 'receiving')
  await inboxOf(ada.id).bump(bumpOf(freshId()))
  await timers.none()
  expect(timers.made()).toBeGreaterThan(2)
  timers.restore()
})
