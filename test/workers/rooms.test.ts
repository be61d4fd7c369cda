import { afterEach, describe, expect, test, vi } from 'vitest'
import type { RoomDetails } from '../../protocol/endpoints/rooms.ts'
import type { Message } from '../../protocol/message.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { connect, enter, nothing, post } from './support/client.ts'
import { gate } from './support/database.ts'
import { openInbox } from './support/device.ts'
import { flushed, hibernate } from './support/objects.ts'
import { bodyOf, freshId, join, request, roomOf, signUp, signUpAfresh, type Person } from './support/people.ts'

afterEach(async () => {
  vi.useRealTimers()
  await gate('open')
})

/** A page of a list. */
interface Page<T = Record<string, unknown>> {
  items: T[]
  next: string | null
}

const change = (by: Person, room: string, what: object, command = freshId()) =>
  request(by, 'PATCH', `/rooms/${room}`, { command, ...what })

const pageOf = async (by: Person, path: string): Promise<Page> =>
  await bodyOf<Page>(await request(by, 'GET', path), 200)

async function kindOf(answer: Promise<Response>, status: number): Promise<string> {
  return (await bodyOf<{ type: string }>(await answer, status)).type.replace('/problems/', '')
}

describe('direct rooms', () => {
  const open = (by: Person, other: string) => request(by, 'POST', '/direct', { person: other })

  test('[ROM1] two people have one direct room, whoever opens it, also when both do at once', async () => {
    const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
    const [hers, his] = [await openInbox(ada), await openInbox(grace)]

    const answers = await Promise.all([open(ada, grace.id), open(grace, ada.id), open(ada, grace.id)])
    const rooms = await Promise.all(answers.map((answer) => bodyOf<{ room: string }>(answer, 200)))

    const room = rooms[0]!.room
    expect(rooms).toEqual([{ room }, { room }, { room }])
    await Promise.all([hers.line(room, () => true), his.line(room, () => true)])
    expect(hers.holding.lines.get(room)).toMatchObject({ type: 'direct', name: 'Grace' })
    const listener = await enter(grace, room)
    await post(await enter(ada, room), 'It weaves')
    await listener.next('changes', ({ messages }) => messages.some(({ text }) => text === 'It weaves'))
    expect(await bodyOf(await request(ada, 'GET', `/rooms/${room}`), 200)).toMatchObject({
      ...{ type: 'direct', name: null, role: 'member', memberCount: 2, with: { id: grace.id, name: 'Grace' } },
    })
  })

  test('[ROM1] who is blocked is answered like one who asks for nobody, whichever of the two blocks', async () => {
    const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
    const unlike = ({ requestId: _id, ...problem }: Record<string, unknown>) => problem
    const nobody = unlike(await bodyOf(await open(ada, freshId()), 404))
    await request(grace, 'PUT', `/me/blocks/${ada.id}`)

    expect(unlike(await bodyOf(await open(ada, grace.id), 404))).toEqual(nobody)
    expect(unlike(await bodyOf(await open(grace, ada.id), 404))).toEqual(nobody)
    expect(await kindOf(open(ada, ada.id), 400)).toBe('invalid_request')
    await request(grace, 'DELETE', `/me/blocks/${ada.id}`)
    expect((await open(ada, grace.id)).status).toBe(200)
  })
})

describe('groups', () => {
  test('[ROM2] a group is made with its people in one step, in their lists when it is answered; who does not let themself be added is named', async () => {
    const [ada, grace, linus] = [await signUp('Ada'), await signUpAfresh('Grace'), await signUpAfresh('Linus')]
    await bodyOf(await request(linus, 'PATCH', '/me/settings', { groupAdd: 'nobody' }), 200)
    const device = await openInbox(grace)
    const [id, nobody] = [freshId(), freshId()]
    const asked = {
      id,
      name: 'Looms',
      description: 'Weaving',
      visibility: 'public',
      members: [grace.id, linus.id, nobody],
    }

    const made = await bodyOf<{ room: unknown; refused: unknown[] }>(await request(ada, 'POST', '/rooms', asked), 201)

    expect(made.room).toMatchObject({ id, name: 'Looms', role: 'owner', memberCount: 2 })
    expect(made.refused).toHaveLength(2)
    expect(made.refused).toEqual(
      expect.arrayContaining([
        { person: linus.id, reason: 'privacy' },
        { person: nobody, reason: 'unknown' },
      ]),
    )
    expect(await device.line(id, () => true)).toMatchObject({ name: 'Looms', role: 'member' })
    expect((await request(ada, 'POST', '/rooms', asked)).status).toBe(200)
    const details = await bodyOf<RoomDetails>(await request(grace, 'GET', `/rooms/${id}`), 200)
    expect(details).toMatchObject({ description: 'Weaving', visibility: 'public', joinPolicy: 'open', role: 'member' })
  })

  test('[ROM3] what a room says of itself is told to everyone in it, once for each command, and only by who may', async () => {
    const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
    const room = await roomOf(ada, grace)
    const listener = await enter(grace, room)
    const command = freshId()
    const what = { name: 'Difference engines', description: 'Brass', visibility: 'public', joinPolicy: 'approval' }

    const changed = await bodyOf(await change(ada, room, what, command), 200)

    expect(changed).toMatchObject({ id: room, ...what, role: 'owner' })
    expect((await listener.next('room')).room).toMatchObject({ name: 'Difference engines', description: 'Brass' })
    // Before Postgres has heard of it.
    expect(await bodyOf(await request(grace, 'GET', `/rooms/${room}`), 200)).toMatchObject({ ...what, role: 'member' })
    await bodyOf(await change(ada, room, { name: 'Engines' }), 200)
    expect(await bodyOf(await change(ada, room, what, command), 200)).toMatchObject({ name: 'Engines' })
    expect(await kindOf(change(ada, room, { name: 'Looms' }, command), 409)).toBe('conflict')
    expect(await kindOf(change(grace, room, { name: 'Mine' }), 403)).toBe('forbidden')
    expect(await kindOf(change(grace, room, { visibility: 'private' }), 403)).toBe('forbidden')
    const stranger = await signUp('Linus')
    expect(await kindOf(change(stranger, room, { name: 'Mine' }), 404)).toBe('not_found')
    expect(await kindOf(change(stranger, room, { visibility: 'private' }), 404)).toBe('not_found')
  })

  test('[ROM3] slow mode, announcements and disappearing messages that are set over HTTP hold in the open room at once', async () => {
    const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
    const room = await roomOf(ada, grace)
    const [owner, member] = [await enter(ada, room), await enter(grace, room)]

    await bodyOf(await change(ada, room, { slowModeSeconds: 60 }), 200)
    await post(member, 'the first')
    const early = { t: 'post', id: freshId(), text: 'too soon' } as const
    member.send(early)
    expect(await member.next('refused')).toMatchObject({ reason: 'slow_down', retryAfterMs: expect.any(Number) })

    await bodyOf(await change(ada, room, { slowModeSeconds: 0, postPolicy: 'admins' }), 200)
    member.send(early)
    expect(await member.next('refused')).toMatchObject({ reason: 'not_allowed' })

    const dayMs = 86_400_000
    await bodyOf(await change(ada, room, { disappearingMs: dayMs }), 200)
    const seq = await post(owner, 'gone tomorrow')
    const told = await member.next('changes', ({ messages }) => messages.some((message) => message.seq === seq))
    const { at, expiresAt } = told.messages.find((message) => message.seq === seq)!
    expect(expiresAt).toBe(at + dayMs)
    expect(await kindOf(change(ada, room, { disappearingMs: 5 }), 400)).toBe('invalid_request')
  })

  test('[ROM9] where the past is for those who were there, whoever comes in reads nothing from before, however they came', async () => {
    const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')]
    const room = await roomOf(ada)
    const owner = await enter(ada, room)
    await post(owner, 'before')
    await bodyOf(await change(ada, room, { history: 'joined' }), 200)

    await bodyOf(await join(grace, ada, room), 200)
    const add = [{ kind: 'add', person: linus.id }]
    await bodyOf(await request(ada, 'POST', `/rooms/${room}/members`, { command: freshId(), changes: add }), 200)
    await post(owner, 'after')

    const texts = ({ messages }: { messages: Message[] }) => messages.flatMap(({ text }) => (text === '' ? [] : [text]))
    for (const person of [grace, linus]) {
      const held = await (await connect(person, room)).hello(nothing)
      expect(texts(held)).toEqual(['after'])
      expect(texts(await bodyOf(await request(person, 'GET', `/rooms/${room}/messages`), 200))).toEqual(['after'])
    }
    const leave = [{ kind: 'leave', person: grace.id }]
    await bodyOf(await request(grace, 'POST', `/rooms/${room}/members`, { command: freshId(), changes: leave }), 200)
    expect(await bodyOf(await change(ada, room, { history: 'all' }), 200)).toMatchObject({ history: 'all' })
    await bodyOf(await join(grace, ada, room), 200)
    expect(texts(await (await connect(grace, room)).hello(nothing))).toEqual(['before', 'after'])
  })

  test('[ROM4] a room shows itself to its members, a public one to everyone but who is banned', async () => {
    const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')]
    const room = await roomOf(ada, grace)
    const see = (person: Person) => request(person, 'GET', `/rooms/${room}`)
    expect([(await see(grace)).status, (await see(linus)).status]).toEqual([200, 404])

    await bodyOf(await change(ada, room, { visibility: 'public' }), 200)
    const card = await bodyOf<RoomDetails>(await see(linus), 200)
    expect(card).toMatchObject({ name: 'Analytical engines', memberCount: 2, role: null })

    const ban = [{ kind: 'ban', person: grace.id, until: null }]
    await bodyOf(await request(ada, 'POST', `/rooms/${room}/members`, { command: freshId(), changes: ban }), 200)
    expect((await see(grace)).status).toBe(404)
    expect((await request(linus, 'GET', `/rooms/${room}/members`)).status).toBe(404)
  })

  test('[ROM5] members and bans are listed page by page, by rank and name; bans to moderators alone', async () => {
    const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')]
    const room = await roomOf(ada, grace, linus)
    const until = Date.now() + 60_000
    const changes = [
      { kind: 'role', person: linus.id, role: 'moderator' },
      { kind: 'mute', person: grace.id, until },
    ]
    await bodyOf(await request(ada, 'POST', `/rooms/${room}/members`, { command: freshId(), changes }), 200)

    const first = await pageOf(grace, `/rooms/${room}/members?limit=2`)
    const second = await pageOf(grace, `/rooms/${room}/members?limit=2&cursor=${first.next}`)

    const joinedAt = expect.any(Number)
    expect(first.items).toEqual([
      { person: ada.id, name: 'Ada', role: 'owner', joinedAt, silencedUntil: null },
      { person: linus.id, name: 'Linus', role: 'moderator', joinedAt, silencedUntil: null },
    ])
    expect(second).toEqual({
      items: [{ person: grace.id, name: 'Grace', role: 'member', joinedAt, silencedUntil: until }],
      next: null,
    })
    expect(await kindOf(request(grace, 'GET', `/rooms/${room}/members?cursor=W10`), 400)).toBe('invalid_request')
    expect(await kindOf(request(grace, 'GET', `/rooms/${room}/bans`), 403)).toBe('forbidden')

    const ban = [{ kind: 'ban', person: grace.id, until }]
    await bodyOf(await request(linus, 'POST', `/rooms/${room}/members`, { command: freshId(), changes: ban }), 200)
    const banned = { items: [{ person: grace.id, name: 'Grace', until }], next: null }
    expect(await pageOf(linus, `/rooms/${room}/bans`)).toEqual(banned)
    expect(await kindOf(request(grace, 'GET', `/rooms/${room}/bans`), 404)).toBe('not_found')
  })
})

describe('the directory', () => {
  test('[ROM6] lists public rooms by how well the name fits; who joins is told to everyone there, and no ban lets in', async () => {
    const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')]
    const word = `loom${freshId().slice(-8)}`
    const names = [`The ${word}`, `${word} weavers`, word]
    const rooms = await Promise.all(names.map(() => roomOf(ada)))
    for (const [place, room] of rooms.entries()) {
      await bodyOf(await change(ada, room, { name: names[place], visibility: 'public' }), 200)
      await flushed(room)
    }
    const hidden = await roomOf(ada)
    await bodyOf(await change(ada, hidden, { name: `${word} in private` }), 200)
    await flushed(hidden)
    const find = async (by: Person) => {
      const first = await pageOf(by, `/directory?q=${word.toUpperCase()}&limit=2`)
      const next =
        first.next === null
          ? []
          : (await pageOf(by, `/directory?q=${word.toUpperCase()}&limit=2&cursor=${first.next}`)).items
      return [...first.items, ...next]
    }

    expect((await find(grace)).map(({ name }) => name)).toEqual([word, `${word} weavers`, `The ${word}`])
    expect(await pageOf(grace, '/directory?q=%25')).toEqual({ items: [], next: null })

    const room = rooms[2]!
    const listener = await enter(ada, room)
    const comeIn = (by: Person, where = room) => request(by, 'POST', `/directory/${where}/join`)
    expect(await bodyOf(await comeIn(grace), 200)).toEqual({ roomId: room, already: false })
    expect((await listener.next('members')).members.map(({ person }) => person)).toContain(grace.id)
    expect(await bodyOf(await comeIn(grace), 200)).toEqual({ roomId: room, already: true })
    expect((await find(grace))[0]).toMatchObject({ id: room, member: true, memberCount: 2, joinPolicy: 'open' })
    expect(await kindOf(comeIn(linus, hidden), 404)).toBe('not_found')

    const theirs = await enter(grace, room)
    const ban = [{ kind: 'ban', person: grace.id, until: null }]
    await bodyOf(await request(ada, 'POST', `/rooms/${room}/members`, { command: freshId(), changes: ban }), 200)
    await theirs.until(() => theirs.closedWith === closeCodes.notAMember)
    expect(await kindOf(comeIn(grace), 404)).toBe('not_found')
    expect((await find(grace)).map(({ id }) => id)).not.toContain(room)
  })

  test('[ROM6] [JOI1] with Postgres away coming in says so, and so does the directory', async () => {
    const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
    const room = await roomOf(ada)
    await bodyOf(await change(ada, room, { visibility: 'public' }), 200)
    await flushed(room)
    await gate('shut')
    expect(await kindOf(request(grace, 'POST', `/directory/${room}/join`), 503)).toBe('database_away')
    expect(await kindOf(request(grace, 'GET', '/directory'), 503)).toBe('database_away')
    await gate('open')
    expect(await bodyOf(await request(grace, 'POST', `/directory/${room}/join`), 200)).toMatchObject({ roomId: room })
  })
})

describe('the record', () => {
  test('[ROM8] says who did what, newest first, to owner and admins, and never what was written', async () => {
    const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')]
    const room = await roomOf(ada, grace)
    const member = await enter(grace, room)
    const seq = await post(member, 'a secret')
    const owner = await enter(ada, room)
    owner.send({ t: 'delete', id: freshId(), seq })
    await owner.next('ack')
    await bodyOf(await change(ada, room, { name: 'Looms', slowModeSeconds: 10, visibility: 'public' }), 200)
    const until = Date.now() + 60_000
    const mute = [{ kind: 'mute', person: grace.id, until }]
    await bodyOf(await request(ada, 'POST', `/rooms/${room}/members`, { command: freshId(), changes: mute }), 200)
    await flushed(room)
    await hibernate(room)

    const first = await pageOf(ada, `/rooms/${room}/audit?limit=5`)
    const rest = await pageOf(ada, `/rooms/${room}/audit?limit=5&cursor=${first.next}`)

    const all = [...first.items, ...rest.items]
    const by = { by: ada.id, byName: 'Ada' }
    const ofGrace = { person: grace.id, personName: 'Grace' }
    const seen = (action: string) => all.find((record) => record['action'] === action)
    expect(seen('message_deleted')).toMatchObject({ ...by, ...ofGrace, details: { seq } })
    expect(seen('renamed')).toMatchObject({ ...by, person: null, details: { name: 'Looms' } })
    expect(seen('room_changed')).toMatchObject({ ...by, details: { slowModeSeconds: 10 } })
    expect(seen('entry_changed')).toMatchObject({ ...by, details: { visibility: 'public' } })
    expect(seen('member_mute')).toMatchObject({ ...by, ...ofGrace, details: { until } })
    expect(seen('joined_by_link')).toMatchObject({ by: grace.id, ...ofGrace })
    expect(seen('group_created')).toMatchObject(by)
    const ids = all.map(({ id }) => id as number)
    expect(ids).toEqual(ids.toSorted((a, b) => b - a))
    expect(JSON.stringify(all)).not.toContain('a secret')
    expect(await kindOf(request(grace, 'GET', `/rooms/${room}/audit`), 403)).toBe('forbidden')
    expect(await kindOf(request(linus, 'GET', `/rooms/${room}/audit`), 404)).toBe('not_found')
  })
})
