import { afterEach, describe, expect, test } from 'vitest'
import type { ListedLink } from '../../protocol/endpoints/links.ts'
import { limits } from '../../protocol/limits.ts'
import { enter } from './support/client.ts'
import { gate } from './support/database.ts'
import { expireLink, linkRows, passcodeAttempt } from './support/links.ts'
import { bodyOf, freshId, request, roomOf, signUp, type Person } from './support/people.ts'

afterEach(async () => await gate('open'))

interface Made {
  id: string
  code: string
  url: string
  expiresAt: number | null
}

async function make(by: Person, room: string, what?: object): Promise<Made> {
  return await bodyOf<Made>(await request(by, 'POST', `/rooms/${room}/links`, what), 201)
}

async function problem(answer: Promise<Response>, status: number): Promise<{ kind: string; detail: string }> {
  const { type, detail } = await bodyOf<{ type: string; detail: string }>(await answer, status)
  return { kind: type.replace('/problems/', ''), detail }
}

const join = (by: Person, code: string, body?: object) => request(by, 'POST', `/links/${code}/join`, body)

async function three() {
  const people = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')] as const
  const [ada, grace, linus] = people
  return { ada, grace, linus, room: await roomOf(ada) }
}

describe('join links', () => {
  test('[LNK1] a link ends by its time, its uses or its withdrawal, and says which to whoever holds it', async () => {
    const { ada, grace, linus, room } = await three()
    const [timed, single, withdrawn, lasting] = [
      await make(ada, room, { expiresInSeconds: 3_600 }),
      await make(ada, room, { maxUses: 1 }),
      await make(ada, room, { expiresInSeconds: null }),
      await make(ada, room, { expiresInSeconds: null }),
    ]
    expect(Math.abs(timed.expiresAt! - Date.now() - 3_600_000)).toBeLessThan(60_000)
    expect(lasting.expiresAt).toBe(null)
    await bodyOf(await join(grace, single.code), 200)
    await expireLink(timed.id)
    expect((await request(ada, 'DELETE', `/rooms/${room}/links/${withdrawn.id}`)).status).toBe(204)

    const told = await Promise.all([timed, single, withdrawn].map(({ code }) => problem(join(linus, code), 410)))
    const shown = await Promise.all(
      [timed, single, withdrawn].map(({ code }) => problem(request(null, 'GET', `/links/${code}`), 410)),
    )

    expect(told.map(({ kind }) => kind)).toEqual(['link_over', 'link_over', 'link_over'])
    expect(new Set(told.map(({ detail }) => detail)).size).toBe(3)
    expect(shown).toEqual(told)
    expect(told[0]!.detail).toContain('expired')
    expect(told[2]!.detail).toContain('withdrawn')
    expect(await bodyOf(await join(linus, lasting.code), 200)).toEqual({ roomId: room, already: false })
  })

  test('[API8] a link whose answer was lost is told again by its repeat, and is one link', async () => {
    const { ada, grace, room } = await three()
    const headers = { 'idempotency-key': freshId() }
    const ask = () => request(ada, 'POST', `/rooms/${room}/links`, undefined, headers)
    await gate('lost')
    await bodyOf(await ask(), 503)
    await gate('open')
    const made = await bodyOf<Made>(await ask(), 201)

    expect(await linkRows(room)).toMatchObject([{ id: made.id }])
    expect(await bodyOf(await join(grace, made.code), 200)).toEqual({ roomId: room, already: false })
  })

  test('[LNK2] links are listed with what became of them and never with their codes; Postgres holds hashes alone', async () => {
    const { ada, grace, linus, room } = await three()
    const first = await make(ada, room, { maxUses: 2 })
    await bodyOf(await join(grace, first.code), 200)
    const second = await make(ada, room)
    await request(ada, 'DELETE', `/rooms/${room}/links/${second.id}`)

    const page = await bodyOf<{ items: ListedLink[]; next: string }>(
      await request(ada, 'GET', `/rooms/${room}/links?limit=1`),
      200,
    )
    const rest = await bodyOf<{ items: ListedLink[]; next: null }>(
      await request(ada, 'GET', `/rooms/${room}/links?limit=1&cursor=${page.next}`),
      200,
    )

    const made = {
      createdBy: ada.id,
      createdByName: 'Ada',
      createdAt: expect.any(Number),
      expiresAt: expect.any(Number),
    }
    expect([...page.items, ...rest.items]).toEqual([
      { id: second.id, ...made, maxUses: null, uses: 0, over: 'revoked' },
      { id: first.id, ...made, maxUses: 2, uses: 1, over: null },
    ])
    expect(rest.next).toBe(null)
    const kept = JSON.stringify(await linkRows(room))
    expect(kept).toContain(first.id)
    for (const { code } of [first, second]) expect(kept).not.toContain(code)
    const list = `/rooms/${room}/links`
    expect((await problem(request(grace, 'GET', list), 403)).kind).toBe('forbidden')
    expect((await problem(request(grace, 'POST', list, {}), 403)).kind).toBe('forbidden')
    expect((await problem(request(linus, 'GET', list), 404)).kind).toBe('not_found')
    expect((await problem(request(ada, 'DELETE', `${list}/${freshId()}`), 404)).kind).toBe('not_found')
  })

  test('[LNK2] [AC-41] a preview shows the room’s name and size and who invites: no content and no address', async () => {
    const { ada, grace, room } = await three()
    const { code } = await make(ada, room)

    const shown = await bodyOf(await request(null, 'GET', `/links/${code}`), 200)

    expect(shown).toEqual({
      ...{ roomId: room, roomName: 'Analytical engines', memberCount: 1, invitedBy: 'Ada' },
      ...{ member: false, passcode: false, approval: false },
    })
    expect(JSON.stringify(shown)).not.toContain('@')
    await bodyOf(await join(grace, code), 200)
    const ban = [{ kind: 'ban', person: grace.id, until: null }]
    await bodyOf(await request(ada, 'POST', `/rooms/${room}/members`, { command: freshId(), changes: ban }), 200)
    const banned = await problem(request(grace, 'GET', `/links/${code}`), 404)
    expect(banned).toEqual(await problem(request(null, 'GET', `/links/${'A'.repeat(22)}`), 404))
  })
})

describe('passcodes', () => {
  test('[LNK3] a room with a passcode lets in who knows it, by link or directory, and five wrong ones close the door', async () => {
    const { ada, grace, linus, room } = await three()
    const { code } = await make(ada, room)
    const set = (passcode: string) => request(ada, 'PUT', `/rooms/${room}/passcode`, { passcode })
    expect((await set('difference')).status).toBe(204)
    await bodyOf(await request(ada, 'PATCH', `/rooms/${room}`, { command: freshId(), visibility: 'public' }), 200)

    expect(await bodyOf(await request(grace, 'GET', `/links/${code}`), 200)).toMatchObject({ passcode: true })
    expect((await problem(join(grace, code), 403)).kind).toBe('passcode_needed')
    expect(await problem(join(grace, code, { passcode: 'analytical' }), 403)).toMatchObject({ kind: 'wrong_passcode' })
    expect((await problem(request(grace, 'POST', `/directory/${room}/join`), 403)).kind).toBe('passcode_needed')
    const came = await request(grace, 'POST', `/directory/${room}/join`, { passcode: 'difference' })
    expect(await bodyOf(came, 200)).toEqual({ roomId: room, already: false })

    for (let wrong = 1; wrong < 5; wrong++) await problem(join(linus, code, { passcode: `wrong ${wrong}` }), 403)
    const locked = await join(linus, code, { passcode: 'wrong 5' })
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(60)
    expect((await problem(Promise.resolve(locked), 429)).kind).toBe('slow_down')
    expect((await problem(join(linus, code, { passcode: 'difference' }), 429)).kind).toBe('slow_down')
    expect(await passcodeAttempt(room, linus.id)).toMatchObject({ failed: 5 })

    expect((await request(ada, 'DELETE', `/rooms/${room}/passcode`)).status).toBe(204)
    expect((await join(linus, code)).status).toBe(200)
    expect((await problem(set('abc'), 400)).kind).toBe('invalid_request')
  })
})

describe('asking to be let in', () => {
  const ask = (by: Person, room: string, body?: object) => request(by, 'POST', `/rooms/${room}/requests`, body)
  const waiting = async (by: Person, room: string) =>
    (await bodyOf<{ items: Record<string, unknown>[] }>(await request(by, 'GET', `/rooms/${room}/requests`), 200)).items
  const decide = (by: Person, room: string, person: Person, decision: string, command = freshId()) =>
    request(by, 'POST', `/rooms/${room}/requests/${person.id}`, { command, decision })

  test('[LNK4] a room that asks for approval lets nobody in by themself; who is approved is a member for everyone when it is answered', async () => {
    const { ada, grace, linus, room } = await three()
    const { code } = await make(ada, room)
    const what = { command: freshId(), joinPolicy: 'approval' }
    await bodyOf(await request(ada, 'PATCH', `/rooms/${room}`, what), 200)
    expect((await problem(join(grace, code), 403)).kind).toBe('approval_needed')
    expect((await problem(ask(grace, room), 404)).kind).toBe('not_found')

    const asked = await bodyOf(await ask(grace, room, { note: ' I weave. ', code }), 200)
    expect(asked).toEqual({ state: 'waiting', askedAt: expect.any(Number) })
    expect(await bodyOf(await ask(grace, room, { code }), 200)).toEqual(asked)
    expect(await waiting(ada, room)).toEqual([
      { person: grace.id, name: 'Grace', note: 'I weave.', askedAt: expect.any(Number) },
    ])
    expect((await problem(request(linus, 'GET', `/rooms/${room}/requests`), 404)).kind).toBe('not_found')
    expect((await problem(decide(linus, room, grace, 'approve'), 404)).kind).toBe('not_found')

    const listener = await enter(ada, room)
    const command = freshId()
    expect((await decide(ada, room, grace, 'approve', command)).status).toBe(204)
    expect(listener.frames.some((frame) => frame.t === 'members')).toBe(true)
    await enter(grace, room)
    expect((await decide(ada, room, grace, 'approve', command)).status).toBe(204)
    expect((await problem(decide(ada, room, grace, 'approve'), 404)).kind).toBe('not_found')
    expect(await bodyOf(await ask(grace, room, { code }), 200)).toEqual({ state: 'member' })
    expect((await problem(decide(grace, room, linus, 'approve'), 403)).kind).toBe('forbidden')
  })

  test('[LNK4] who is declined hears when to ask again; who takes it back is not let in any more', async () => {
    const { ada, grace, linus, room } = await three()
    await bodyOf(await request(ada, 'PATCH', `/rooms/${room}`, { command: freshId(), visibility: 'public' }), 200)
    await bodyOf(await ask(grace, room), 200)
    await bodyOf(await ask(linus, room), 200)

    expect((await decide(ada, room, grace, 'decline')).status).toBe(204)
    const again = await ask(grace, room)
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(6 * 86_400)
    expect((await problem(Promise.resolve(again), 409)).kind).toBe('declined')
    expect((await request(linus, 'DELETE', `/rooms/${room}/requests`)).status).toBe(204)
    expect((await request(linus, 'DELETE', `/rooms/${room}/requests`)).status).toBe(204)
    expect((await problem(decide(ada, room, linus, 'approve'), 404)).kind).toBe('not_found')
    expect(await waiting(ada, room)).toEqual([])
    expect((await problem(ask(linus, room, { note: 'x'.repeat(limits.joinNote + 1) }), 400)).kind).toBe(
      'invalid_request',
    )
  })
})
