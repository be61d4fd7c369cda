import { afterEach, describe, expect, test } from 'vitest'
import type { Meeting } from '../../protocol/meetings.ts'
import { gate } from './support/database.ts'
import { bodyOf, freshId, request, roomOf, signUp, type Person } from './support/people.ts'

afterEach(async () => await gate('open'))

const hourMs = 3_600_000
/** A full minute a day from now. */
const tomorrow = Math.ceil(Date.now() / 60_000) * 60_000 + 24 * hourMs
const daily = { every: 'day', interval: 1 }
const schedule = (startsAt = tomorrow, repeats: object | null = null) => ({
  ...{ startsAt, minutes: 30, timeZone: 'Europe/Berlin', repeats },
})

async function make(by: Person, asked: object, status = 201): Promise<Meeting> {
  return await bodyOf<Meeting>(await request(by, 'POST', '/meetings', { id: freshId(), ...asked }), status)
}

const see = (by: Person, { id }: { id: string }) => request(by, 'GET', `/meetings/${id}`)

async function list(by: Person, query: string): Promise<Meeting[]> {
  return (await bodyOf<{ items: Meeting[] }>(await request(by, 'GET', `/meetings?${query}`), 200)).items
}

async function kindOf(answer: Promise<Response>): Promise<string> {
  const { type } = await (await answer).json<{ type: string }>()
  return type.replace('/problems/', '')
}

async function three() {
  const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')] as const
  return { ada, grace, linus, room: await roomOf(ada, grace) }
}

describe('making a meeting', () => {
  test('[MTG1] in a room at once it is the room’s call, and its id makes one', async () => {
    const { ada, grace, room } = await three()
    const id = freshId()
    const made = await make(ada, { id, room, title: 'Engines', media: 'audio' })
    expect(made).toMatchObject({
      ...{ id, room, title: 'Engines', media: 'audio', schedule: null, me: 'host', lobby: 'strangers' },
      ...{ host: { person: ada.id, name: 'Ada' }, invitation: null },
    })
    expect(await make(ada, { id, room, title: 'Engines', media: 'audio' }, 200)).toEqual(made)

    const { call } = await bodyOf<{ call: { id: string } }>(await request(grace, 'GET', `/rooms/${room}/calls`), 200)
    expect(call.id).toBe(id)
    // That she came second she knows by the id: it is not the one that she sent, of which there is no meeting.
    const hers = freshId()
    const second = await make(grace, { id: hers, room, title: 'Looms', media: 'audio' }, 200)
    expect(second).toMatchObject({ id, title: 'Engines', me: 'member' })
    expect((await see(grace, { id: hers })).status).toBe(404)
    expect(await kindOf(request(grace, 'POST', '/meetings', { id, title: 'Mine' }))).toBe('conflict')
  })

  test('[MTG1] a call leaves the row of its meeting, also one that rang while Postgres was away', async () => {
    const { ada, grace, room } = await three()
    const id = freshId()
    expect((await request(ada, 'GET', `/rooms/${room}/calls`)).status).toBe(200)
    await gate('shut')
    expect((await request(ada, 'POST', `/rooms/${room}/calls`, { id, media: 'audio' })).status).toBe(201)
    await gate('open')
    expect((await see(grace, { id })).status).toBe(404)
    expect((await request(grace, 'POST', `/rooms/${room}/calls/${id}/answer`, { how: 'accept' })).status).toBe(204)
    expect(await bodyOf(await see(grace, { id }), 200)).toMatchObject({ id, room, media: 'audio', me: 'member' })
  })

  test('[MTG2] without a room it gets a group of its own', async () => {
    const { ada, grace } = await three()
    const made = await make(ada, { title: 'Weaving' })
    expect(made).toMatchObject({ title: 'Weaving', roomName: 'Weaving', me: 'host' })
    const { rooms } = await bodyOf<{ rooms: { id: string }[] }>(await request(ada, 'GET', '/rooms'), 200)
    expect(rooms.map(({ id }) => id)).toContain(made.room)
    expect((await see(grace, made)).status).toBe(404)
  })

  test('[MTG3] a schedule names a zone and leaves a session to come', async () => {
    const { ada, room } = await three()
    const refused = async (over: object) =>
      await kindOf(request(ada, 'POST', '/meetings', { id: freshId(), room, schedule: { ...schedule(), ...over } }))
    expect(await refused({ timeZone: 'Mars/Olympus' })).toBe('invalid_request')
    expect(await refused({ startsAt: Date.now() - hourMs })).toBe('invalid_request')
    expect(await refused({ startsAt: 8_640_000_000_000_000 })).toBe('invalid_request')
    expect(await refused({ repeats: { ...daily, until: tomorrow - 1 } })).toBe('invalid_request')
    const made = await make(ada, { room, schedule: { ...schedule(), timeZone: 'europe/berlin' } })
    expect(made).toMatchObject({ status: 'scheduled', schedule: schedule() })
  })

  test('[MTG1] is not for who is no member', async () => {
    const { linus, room } = await three()
    const ask = (asked: object) => kindOf(request(linus, 'POST', '/meetings', { id: freshId(), room, ...asked }))
    expect([await ask({}), await ask({ schedule: schedule() })]).toEqual(['not_found', 'not_found'])
  })
})

describe('changing and cancelling', () => {
  test('[MTG3] hosts do it, members may not, and to others there is no such meeting', async () => {
    const { ada, grace, linus, room } = await three()
    const made = await make(ada, { room, title: 'Engines', schedule: schedule() })
    const change = (by: Person, what: object) => request(by, 'PATCH', `/meetings/${made.id}`, what)
    expect(await kindOf(change(grace, { title: 'Looms' }))).toBe('forbidden')
    expect(await kindOf(change(linus, { title: 'Looms' }))).toBe('not_found')
    const moved = schedule(tomorrow + hourMs, daily)
    const changed = await bodyOf<Meeting>(await change(ada, { title: 'Looms', schedule: moved }), 200)
    expect(changed).toEqual({ ...made, title: 'Looms', schedule: moved })
    expect(await bodyOf(await see(grace, made), 200)).toEqual({ ...changed, me: 'member' })

    expect((await request(grace, 'DELETE', `/meetings/${made.id}`)).status).toBe(403)
    expect((await request(ada, 'DELETE', `/meetings/${made.id}`)).status).toBe(204)
    expect((await request(ada, 'DELETE', `/meetings/${made.id}`)).status).toBe(204)
    expect(await bodyOf(await see(grace, made), 200)).toMatchObject({ status: 'cancelled' })
    expect(await kindOf(change(ada, { title: 'Engines' }))).toBe('conflict')
    expect(await bodyOf(await request(grace, 'POST', `/meetings/${made.id}/enter`), 200)).toMatchObject({
      standing: 'over',
    })
  })

  test('[MTG3] one that is live ends for everyone, and one that repeats is held again', async () => {
    const { ada, grace, room } = await three()
    const once = await make(ada, { room })
    const enter = async (by: Person, { id }: Meeting) =>
      await bodyOf<{ standing: string }>(await request(by, 'POST', `/meetings/${id}/enter`), 200)
    expect(await enter(grace, once)).toMatchObject({ standing: 'admitted' })
    await expect.poll(async () => (await bodyOf<Meeting>(await see(ada, once), 200)).status).toBe('live')
    expect((await request(ada, 'DELETE', `/meetings/${once.id}`)).status).toBe(204)
    expect(await bodyOf(await see(ada, once), 200)).toMatchObject({ status: 'ended' })
    expect(await enter(grace, once)).toMatchObject({ standing: 'over' })

    const standing = await make(ada, { room, schedule: schedule(tomorrow, daily) })
    await enter(ada, standing)
    await expect.poll(async () => (await bodyOf<Meeting>(await see(ada, standing), 200)).status).toBe('live')
    expect((await request(ada, 'DELETE', `/meetings/${standing.id}`)).status).toBe(204)
    const again = await bodyOf<Meeting>(await see(ada, standing), 200)
    expect(again).toMatchObject({ status: 'scheduled', startedAt: null, schedule: { repeats: daily } })
    expect(again.schedule!.startsAt).toBeGreaterThan(tomorrow)
  })
})

describe('lists', () => {
  test('[MTG7] my meetings, those to come and those of the past, by room and page by page', async () => {
    const { ada, grace, linus, room } = await three()
    const later = await make(ada, { room, schedule: schedule(tomorrow + hourMs) })
    const soon = await make(ada, { room, schedule: schedule() })
    const gone = await make(ada, { room, schedule: schedule() })
    await request(ada, 'DELETE', `/meetings/${gone.id}`)
    const ids = (items: Meeting[]) => items.map(({ id }) => id)
    expect(ids(await list(grace, `room=${room}`))).toEqual([soon.id, later.id])
    expect(ids(await list(grace, `when=past&room=${room}`))).toEqual([gone.id])
    expect(await list(linus, `room=${room}`)).toEqual([])
    const page = await bodyOf<{ items: Meeting[]; next: string }>(
      await request(grace, 'GET', `/meetings?room=${room}&limit=1`),
      200,
    )
    expect(ids(page.items)).toEqual([soon.id])
    expect(ids(await list(grace, `room=${room}&limit=1&cursor=${page.next}`))).toEqual([later.id])
    expect(await kindOf(request(grace, 'GET', `/meetings?when=past&cursor=${page.next}`))).toBe('invalid_request')
  })
})
