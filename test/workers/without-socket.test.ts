import { expect, test } from 'vitest'
import type { UnreadCounts } from '../../protocol/api.ts'
import { enter, post } from './support/client.ts'
import { keepPresence, setPrivacy } from './support/database.ts'
import { flushed } from './support/objects.ts'
import { bodyOf, request, roomOf, signUp, signUpAfresh, type Person } from './support/people.ts'

async function unreadIn(room: string, person: Person): Promise<number> {
  await flushed(room)
  const { rooms } = await bodyOf<UnreadCounts>(await request(person, 'GET', '/unread'), 200)
  return rooms.find((each) => each.room === room)?.unread ?? -1
}

test('[API1] reading and marking as unread over HTTP is the same mark as over a socket', async () => {
  const [ada, grace, eve] = [await signUp('Ada'), await signUp('Grace'), await signUp('Eve')]
  const room = await roomOf(grace, ada)
  const talk = await enter(grace, room)
  const first = await post(talk, 'Have you seen the engine?')
  const last = await post(talk, 'It runs.')
  expect(await unreadIn(room, ada)).toBe(2)

  expect((await request(ada, 'POST', `/rooms/${room}/read`, { seq: first })).status).toBe(204)
  expect(await unreadIn(room, ada)).toBe(1)
  expect((await request(ada, 'POST', `/rooms/${room}/read`, { seq: last + 100 })).status).toBe(204)
  expect(await unreadIn(room, ada)).toBe(0)
  // A mark never falls.
  expect((await request(ada, 'POST', `/rooms/${room}/read`, { seq: 0 })).status).toBe(204)
  expect(await unreadIn(room, ada)).toBe(0)
  expect((await request(ada, 'POST', `/rooms/${room}/unread`)).status).toBe(204)
  expect(await unreadIn(room, ada)).toBe(1)

  expect((await request(eve, 'POST', `/rooms/${room}/read`, { seq: first })).status).toBe(404)
  expect((await request(eve, 'POST', `/rooms/${room}/unread`)).status).toBe(404)
})

test('[API2] presence over HTTP shows of each person what they show to whoever asks', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const nobody = crypto.randomUUID()
  const asked = `/presence?people=${grace.id},${nobody},${grace.id}`
  const of = async () => await bodyOf<{ people: unknown[] }>(await request(ada, 'GET', asked), 200)
  await setPrivacy(grace.id, 'everyone')
  await keepPresence(grace.id, 'busy')
  expect(await of()).toEqual({
    people: [
      { person: grace.id, state: 'busy', lastSeenAt: null, custom: { text: 'Typing', emoji: null, until: null } },
    ],
  })
  await keepPresence(grace.id, 'invisible')
  expect(await of()).toEqual({ people: [{ person: grace.id, state: 'hidden', lastSeenAt: null, custom: null }] })
  await keepPresence(grace.id, 'available', false)
  expect((await of()).people).toMatchObject([{ state: 'offline', lastSeenAt: expect.any(Number) }])
  await setPrivacy(grace.id, 'nobody')
  expect(await of()).toEqual({ people: [{ person: grace.id, state: 'hidden', lastSeenAt: null, custom: null }] })
})

test('[API2] presence is told of 200 people at most, and of no people not at all', async () => {
  const ada = await signUp('Ada')
  const ids = (count: number) => Array.from({ length: count }, () => crypto.randomUUID()).join(',')
  expect((await request(ada, 'GET', `/presence?people=${ids(200)}`)).status).toBe(200)
  expect((await request(ada, 'GET', `/presence?people=${ids(201)}`)).status).toBe(400)
  expect((await request(ada, 'GET', '/presence?people=')).status).toBe(400)
  expect((await request(ada, 'GET', '/presence')).status).toBe(400)
})
