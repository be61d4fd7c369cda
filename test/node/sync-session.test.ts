import { describe, expect, test } from 'vitest'
import { openGate } from '../../web/sync/client.ts'
import { NetworkError, ProblemError } from '../../web/sync/problem-error.ts'
import { noTabs, type Note, type Tabs } from '../../web/sync/tabs.ts'
import { fakeServer, problem } from './sync-support/fake-server.ts'
import { handClock, settled } from './sync-support/hand-clock.ts'
import { fakePage } from './sync-support/opened.ts'
import { ada, roomId } from './sync-support/people.ts'

const hour = 3_600_000
const pins = `GET rooms/${roomId}/pins`
const none = { messages: [], asOf: 0 }

/** Two tabs of one browser: they hear each other, and one at a time is alone. */
function twoTabs(): [Tabs, Tabs] {
  const listeners = [new Set<(note: Note) => void>(), new Set<(note: Note) => void>()] as const
  let queue: Promise<unknown> = Promise.resolve()
  const tab = (mine: 0 | 1): Tabs => ({
    ...noTabs,
    say: (note) => listeners[mine === 0 ? 1 : 0].forEach((run) => run(note)),
    onNote(run) {
      listeners[mine].add(run)
      return () => listeners[mine].delete(run)
    },
    alone(_name, work) {
      const done = queue.then(work)
      queue = done.catch(() => {})
      return done
    },
  })
  return [tab(0), tab(1)]
}

function gated(answers: Parameters<typeof fakeServer>[0], tabs: Tabs = noTabs) {
  const clock = handClock()
  const page = fakePage()
  const server = fakeServer(answers)
  const gate = openGate({ fetch: server.fetch, tabs, clock, page })
  const renewals: string[] = []
  let endings = 0
  gate.session.onRenewal((ticket) => renewals.push(ticket))
  gate.session.onSignedOut(() => endings++)
  return { ...gate, page, clock, server, renewals, endings: () => endings }
}

describe('the API', () => {
  test('an answer is read by its schema', async () => {
    const me = { person: { id: ada, name: 'Ada', email: 'ada@example.org' }, expiresAt: 1 }
    const { api } = gated({ 'GET me': () => ({ body: me }) })
    expect(await api.me()).toEqual(me)
  })

  test('a problem says what is wrong; an answer that makes no sense is the network', async () => {
    const errors = [{ field: 'name', message: 'is empty' }]
    const { api } = gated({
      'POST rooms': () => problem('invalid_request', { detail: 'Name the room.', errors }),
      [pins]: () => problem('slow_down', { retryAfterMs: 2_000 }),
      'GET me': () => ({ body: { hello: 'portal' } }),
      'POST auth/sign-out': () => 'unreachable',
    })
    const name = await api.createRoom({ id: ada, name: '' }).catch((error: unknown) => error)
    expect(name).toBeInstanceOf(ProblemError)
    expect(name).toMatchObject({ kind: 'invalid_request', detail: 'Name the room.', errors, retryAfterMs: null })
    await expect(api.pins(roomId)).rejects.toMatchObject({ kind: 'slow_down', retryAfterMs: 2_000 })
    await expect(api.me()).rejects.toBeInstanceOf(NetworkError)
    await expect(api.signOut()).rejects.toBeInstanceOf(NetworkError)
  })

  test('a session that is over is refreshed once and the call goes again once', async () => {
    let signedIn = false
    const { api, server, renewals, clock } = gated({
      [pins]: () => (signedIn ? { body: none } : problem('sign_in')),
      'POST auth/refresh': () => {
        signedIn = true
        return { body: { expiresAt: clock.now() + hour, renewal: 'ticket' } }
      },
    })
    expect(await Promise.all([api.pins(roomId), api.pins(roomId)])).toEqual([none, none])
    expect(server.asked.filter((asked) => asked === 'POST auth/refresh')).toHaveLength(1)
    expect(renewals).toEqual(['ticket'])
  })

  test('a wrong password refreshes nothing', async () => {
    const { api, server } = gated({ 'POST auth/sign-in': () => problem('wrong_credentials') })
    await expect(api.signIn({ email: 'a@b', password: 'x' })).rejects.toMatchObject({ kind: 'wrong_credentials' })
    expect(server.asked).toEqual(['POST auth/sign-in'])
  })
})

describe('the session', () => {
  test('it is refreshed about 5 minutes before it ends, and again', async () => {
    const { session, clock, renewals } = gated({
      'POST auth/refresh': () => ({ body: { expiresAt: clock.now() + hour, renewal: `at ${clock.now()}` } }),
    })
    session.keep({ expiresAt: clock.now() + hour })
    await clock.turn(hour - 6 * 60_000)
    expect(renewals).toHaveLength(0)
    await clock.turn(60_000)
    expect(renewals).toHaveLength(1)
    await clock.turn(hour)
    expect(renewals).toHaveLength(2)
  })

  test('after a sleep the page looks at the expiry, not at its timers', async () => {
    const { session, clock, page, renewals } = gated({
      'POST auth/refresh': () => ({ body: { expiresAt: clock.now() + hour, renewal: 'ticket' } }),
    })
    session.keep({ expiresAt: clock.now() + 4 * 60_000 })
    page.wake()
    await settled()
    expect(renewals).toEqual(['ticket'])
    page.wake()
    await settled()
    expect(renewals).toEqual(['ticket'])
  })

  test('[SES4] a refresh that fails for the network signs nobody out and is tried again', async () => {
    let away = true
    const { session, clock, endings, renewals } = gated({
      'POST auth/refresh': () =>
        away ? 'unreachable' : { body: { expiresAt: clock.now() + hour, renewal: 'ticket' } },
    })
    session.keep({ expiresAt: clock.now() + hour })
    expect(await session.refresh()).toBe('away')
    away = false
    await clock.turn(60_000)
    expect([endings(), renewals]).toEqual([0, ['ticket']])
  })

  test('[SES5] while Auth is away grace keeps the page signed in and its sockets open, and it asks again within a minute', async () => {
    let away = true
    const { session, clock, endings, renewals, server } = gated({
      'POST auth/refresh': () => ({
        body: away
          ? { expiresAt: clock.now() + 10 * 60_000, renewal: 'of grace', grace: true }
          : { expiresAt: clock.now() + hour, renewal: 'of Auth' },
      }),
    })
    session.keep({ expiresAt: clock.now() })

    await clock.turn(5 * 60_000)
    expect(renewals.length).toBeGreaterThanOrEqual(5)
    expect([new Set(renewals), endings()]).toEqual([new Set(['of grace']), 0])
    away = false
    await clock.turn(60_000)
    expect(renewals.at(-1)).toBe('of Auth')

    const asked = server.asked.length
    await clock.turn(30 * 60_000)
    expect(server.asked).toHaveLength(asked)
  })

  test('[SES5] a call that needs the database says so in grace, and signs nobody out', async () => {
    const { api, clock, endings, server } = gated({
      [pins]: () => problem(server.asked.includes('POST auth/refresh') ? 'database_away' : 'sign_in'),
      'POST auth/refresh': () => ({ body: { expiresAt: clock.now() + 600_000, renewal: 'ticket', grace: true } }),
    })
    await expect(api.pins(roomId)).rejects.toMatchObject({ kind: 'database_away' })
    expect([server.asked, endings()]).toEqual([[pins, 'POST auth/refresh', pins], 0])
  })

  test('a refresh that is refused ends the session; a server in trouble does not', async () => {
    const kinds = ['database_away', 'slow_down', 'sign_in'] as const
    let turn = 0
    const { session, endings } = gated({ 'POST auth/refresh': () => problem(kinds[turn++]!) })
    expect([await session.refresh(), await session.refresh(), endings()]).toEqual(['away', 'away', 0])
    expect([await session.refresh(), endings()]).toEqual(['signed_out', 1])
  })

  test('[SES2] one tab refreshes for all, and the ticket renews the sockets of all', async () => {
    let refreshes = 0
    const answers = {
      'POST auth/refresh': () => ({ body: { expiresAt: Date.UTC(2100, 0, 1), renewal: `ticket ${++refreshes}` } }),
    }
    const [one, other] = twoTabs()
    const first = gated(answers, one)
    const second = gated(answers, other)
    expect(await Promise.all([first.session.refresh(), second.session.refresh()])).toEqual(['renewed', 'renewed'])
    expect([refreshes, first.renewals, second.renewals]).toEqual([1, ['ticket 1'], ['ticket 1']])
  })

  test('signing out in one tab signs out the others', () => {
    const [one, other] = twoTabs()
    const first = gated({}, one)
    const second = gated({}, other)
    first.session.signedOut()
    expect([first.endings(), second.endings()]).toEqual([1, 1])
  })

  test('a session that the server ended is told from one that the person leaves, whose sockets close before the answer', async () => {
    const answers = { 'POST auth/refresh': () => problem('sign_in') }
    const whys = async (leaving: boolean[]) => {
      const { session } = gated(answers)
      const heard: string[] = []
      session.onSignedOut((why) => heard.push(why))
      for (const now of leaving) session.leaving(now)
      await session.refresh()
      return heard
    }
    expect(await Promise.all([[], [true], [true, false]].map(whys))).toEqual([['ended'], ['left'], ['ended']])
  })
})
