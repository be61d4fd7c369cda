import { expect, test } from 'vitest'
import type { CallNow } from '../../protocol/api.ts'
import { limits } from '../../protocol/limits.ts'
import type { Problem } from '../../protocol/problems.ts'
import { enter } from './support/client.ts'
import { directRoom, recorded } from './support/database.ts'
import { openInbox } from './support/device.ts'
import { flushed, hibernate, ring } from './support/objects.ts'
import { bodyOf, freshId, request, roomOf, signUp, signUpAfresh, type Person } from './support/people.ts'

async function start(by: Person, room: string, id = freshId(), status = 201): Promise<CallNow['call']> {
  const answer = await request(by, 'POST', `/rooms/${room}/calls`, { id, media: 'video' })
  return (await bodyOf<CallNow>(answer, status)).call
}

test('[RNG1] [RNG2] a call rings on every device of the other one, is taken on one, and outlives the room’s sleep', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await directRoom(ada.id, grace.id, false)
  const socket = await enter(ada, room)
  const [phone, laptop] = [await openInbox(grace), await openInbox(grace)]
  const id = freshId()

  const call = await start(ada, room, id)

  const rung = { room, call: id, media: 'video', roomName: 'Ada', by: ada.id, name: 'Ada', until: call!.ringsUntil }
  expect([await phone.next('ring'), await laptop.next('ring')]).toEqual([
    { t: 'ring', ...rung },
    { t: 'ring', ...rung },
  ])
  await hibernate(room)
  expect(await start(ada, room, id, 200)).toEqual(call)

  phone.send({ t: 'answer', id: freshId(), room, call: id, how: 'accept' })

  expect(await laptop.next('ring_over')).toEqual({ t: 'ring_over', room, call: id, why: 'accepted' })
  const now = await bodyOf<CallNow>(await request(ada, 'GET', `/rooms/${room}/calls`), 200)
  expect(now.call).toMatchObject({ id, by: ada.id, people: [ada.id, grace.id], takenAt: expect.any(Number) })
  expect((await request(ada, 'DELETE', `/rooms/${room}/calls/${id}`)).status).toBe(204)
  expect((await request(ada, 'DELETE', `/rooms/${room}/calls/${id}`)).status).toBe(404)
  const last = await socket.next('changes', ({ messages }) => messages.some((row) => row.system?.kind === 'call_ended'))
  expect(last.messages.at(-1)?.system).toEqual({ kind: 'call_ended', meeting: id, durationMs: expect.any(Number) })
  await flushed(room)
  const rows = (await recorded(room)).flatMap(({ system }) => (system?.kind.startsWith('call') ? [system] : []))
  expect(rows).toEqual([
    { kind: 'call_started', by: ada.id, meeting: id, media: 'video' },
    last.messages.at(-1)!.system,
  ])
})

test('[RNG2] [RNG3] declining is answered over HTTP, too; what nobody takes is missed', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await directRoom(ada.id, grace.id, false)
  const device = await openInbox(grace)
  const declined = (await start(ada, room))!.id
  await device.next('ring')

  const how = { how: 'decline' }
  expect((await request(grace, 'POST', `/rooms/${room}/calls/${declined}/answer`, how)).status).toBe(204)
  expect(await device.next('ring_over')).toMatchObject({ call: declined, why: 'declined' })
  const missed = (await start(ada, room))!.id
  await device.next('ring')
  // Half a minute later.
  const begun = Date.now()
  const clock = Date.now
  Date.now = () => clock() + 31_000
  try {
    await ring(room, 'ring')
    expect(Date.now() - begun).toBeGreaterThan(30_000)
  } finally {
    Date.now = clock
  }

  expect(await device.next('ring_over')).toMatchObject({ call: missed, why: 'missed' })
  expect(await bodyOf(await request(grace, 'GET', `/rooms/${room}/calls`), 200)).toEqual({ call: null })
  await flushed(room)
  const ends = (await recorded(room)).flatMap(({ system }) => (system?.kind === 'call_ended' ? [system.outcome] : []))
  expect(ends).toEqual(['declined', 'missed'])
})

test('[RNG4] only members call, and nobody learns for whom it rings', async () => {
  const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')]
  const room = await roomOf(ada, grace)
  const call = await start(ada, room)

  expect(Object.keys(call!).sort()).toEqual([
    'by',
    'guests',
    'id',
    'media',
    'meeting',
    'people',
    'ringsUntil',
    'startedAt',
    'takenAt',
  ])
  const asked = { id: freshId(), media: 'audio' }
  expect((await request(linus, 'POST', `/rooms/${room}/calls`, asked)).status).toBe(404)
  expect((await request(linus, 'GET', `/rooms/${room}/calls`)).status).toBe(404)
  expect((await request(null, 'POST', `/rooms/${room}/calls`, asked)).status).toBe(401)
  expect((await request(ada, 'POST', `/rooms/${room}/calls`, { ...asked, media: 'smoke' })).status).toBe(400)
})

test('[BLK10] once a block is answered, the other one writes and calls no more', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await directRoom(ada.id, grace.id, false)
  const socket = await enter(ada, room)
  socket.send({ t: 'post', id: freshId(), text: 'hello' })
  await socket.next('ack')

  expect((await request(grace, 'PUT', `/me/blocks/${ada.id}`)).status).toBe(204)

  socket.send({ t: 'post', id: freshId(), text: 'hello?' })
  expect(await socket.next('refused')).toMatchObject({ reason: 'not_allowed' })
  expect((await request(ada, 'POST', `/rooms/${room}/calls`, { id: freshId(), media: 'audio' })).status).toBe(403)
  expect((await request(grace, 'DELETE', `/me/blocks/${ada.id}`)).status).toBe(204)
  socket.send({ t: 'post', id: freshId(), text: 'hello again' })
  await socket.next('ack')
})

test('[RNG4] whoever starts one call after the other is asked to wait', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await directRoom(ada.id, grace.id, false)
  for (let i = 0; i < limits.callBurst; i++) {
    const { id } = (await start(ada, room))!
    await request(ada, 'DELETE', `/rooms/${room}/calls/${id}`)
  }

  const refused = await request(ada, 'POST', `/rooms/${room}/calls`, { id: freshId(), media: 'audio' })

  expect((await bodyOf<Problem>(refused, 429)).type).toBe('/problems/slow_down')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  await start(grace, room)
})
