import { afterEach, expect, test } from 'vitest'
import { closeCodes } from '../../protocol/close-codes.ts'
import { connect, nothing } from './support/client.ts'
import { gate } from './support/database.ts'
import { objectOf, ring, tablesOf } from './support/objects.ts'
import { bodyOf, freshId, openSocket, request, roomOf, signUp, type Person } from './support/people.ts'

afterEach(async () => await gate('open'))

/** A socket to a room: the code that it is closed with. */
async function refusedAt(person: Person, room: string): Promise<number> {
  const socket = await openSocket(person, `/rooms/${room}/socket`)
  socket.accept()
  return await new Promise((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
}

test('[GON3] asking for a room that does not exist leaves nothing in storage', async () => {
  const ada = await signUp('Ada')
  const room = freshId()
  for (const path of ['messages', 'calls', 'messages/1']) {
    await bodyOf(await request(ada, 'GET', `/rooms/${room}/${path}`), 404)
    expect(await tablesOf(room)).toEqual([])
  }
  expect(await refusedAt(ada, room)).toBe(closeCodes.notAMember)
  expect(await tablesOf(room)).toEqual([])
  await objectOf(room).endSessions(ada.id, { ids: [freshId()], before: null, except: null })
  expect(await objectOf(room).facts(ada.id)).toBe('gone')
  expect(await tablesOf(room)).toEqual([])
})

test('[GON3] a room that is made under an id that was asked for before is a room like any other', async () => {
  const ada = await signUp('Ada')
  const id = freshId()
  await bodyOf(await request(ada, 'GET', `/rooms/${id}/messages`), 404)
  await bodyOf(await request(ada, 'POST', '/rooms', { id, name: 'Late' }), 201)
  const client = await connect(ada, id)
  await client.hello(nothing)
  expect(await bodyOf(await request(ada, 'GET', `/rooms/${id}/messages`), 200)).toMatchObject({ messages: [] })
})

test('[GON3] while it is not known whether there is a room, what is kept for it stays', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  await gate('shut')
  await bodyOf(await request(ada, 'GET', `/rooms/${room}/messages`), 503)
  expect(await tablesOf(room)).toContain('log')
})

test('[GON1] [GON3] a room that was deleted is not found from the answer on, and asking for it leaves nothing', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  expect((await request(ada, 'DELETE', `/rooms/${room}`)).status).toBe(204)
  await bodyOf(await request(ada, 'GET', `/rooms/${room}/messages`), 404)
  await ring(room, 'deletion')
  await bodyOf(await request(ada, 'GET', `/rooms/${room}/messages`), 404)
  expect(await tablesOf(room)).toEqual([])
})
