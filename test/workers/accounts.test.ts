import { afterEach, expect, test, vi } from 'vitest'
import type { Refreshed } from '../../protocol/api.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { limits } from '../../protocol/limits.ts'
import { connect, enter } from './support/client.ts'
import { gate } from './support/database.ts'
import { openInbox } from './support/device.ts'
import { confirmation, mailsTo, mailTo, proofIn } from './support/mails.ts'
import { bodyOf, freshId, request, roomOf, signUp, signUpAfresh, type Person } from './support/people.ts'
import { withTokenEnding } from './support/tokens.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  await gate('open')
  await confirmation('off')
})

test('[ACC1] where e-mail is confirmed first, the mail’s code or its link makes the account, and nothing before', async () => {
  await confirmation('on')
  for (const how of ['link', 'code'] as const) {
    const ada = stranger()
    const asked = { email: ada.email, password, name: 'Ada' }
    expect(await bodyOf(await request(ada, 'POST', '/auth/sign-up', asked), 201)).toEqual({
      ...{ state: 'confirm_email', email: ada.email },
    })
    expect(ada.cookies.size).toBe(0)
    expect((await request(ada, 'POST', '/auth/sign-in', { email: ada.email, password })).status).toBe(401)

    const mail = await mailTo(ada.email)
    expect(new URL(mail.link!).origin + new URL(mail.link!).pathname).toBe('https://parley.test/auth/confirm')
    const done =
      how === 'link'
        ? await request(ada, 'POST', '/auth/confirm', proofIn(mail))
        : await request(ada, 'POST', '/auth/code/verify', { email: ada.email, code: mail.code })

    expect(await bodyOf(done, 200)).toMatchObject({ state: 'signed_in', me: { person: { name: 'Ada' } } })
    expect((await request(ada, 'GET', '/me')).status).toBe(200)
    expect((await request(stranger(), 'POST', '/auth/sign-in', { email: ada.email, password })).status).toBe(200)
  }
})

test('[ACC1] a confirmation that got lost is mailed again', async () => {
  await confirmation('on')
  const ada = stranger()
  await request(ada, 'POST', '/auth/sign-up', { email: ada.email, password, name: 'Ada' })
  await mailTo(ada.email)

  expect((await request(null, 'POST', '/auth/resend', { email: ada.email })).status).toBe(202)

  const again = await mailTo(ada.email, 2)
  expect(await bodyOf(await request(ada, 'POST', '/auth/confirm', proofIn(again)), 200)).toMatchObject({
    state: 'signed_in',
  })
})

test('[ACC2] a mailed code or link signs in once, and a wrong or spent one is refused alike', async () => {
  const ada = await signUpAfresh('Ada')
  const browser = { ...ada, cookies: new Map<string, string>() }
  await request(null, 'POST', '/auth/code', { email: ada.email })
  const { code } = await mailTo(ada.email)
  const wrong = code === '123456' ? '654321' : '123456'
  const refused = await request(browser, 'POST', '/auth/code/verify', { email: ada.email, code: wrong })
  expect(await bodyOf(refused, 401)).toMatchObject({ type: '/problems/wrong_code' })

  const asked = { email: ada.email, code }
  expect(await bodyOf(await request(browser, 'POST', '/auth/code/verify', asked), 200)).toMatchObject({
    ...{ state: 'signed_in', me: { person: { id: ada.id, name: 'Ada' } } },
  })
  expect((await request(browser, 'GET', '/me')).status).toBe(200)
  expect((await request(null, 'POST', '/auth/code/verify', asked)).status).toBe(401)

  await request(null, 'POST', '/auth/code', { email: ada.email })
  const proof = proofIn(await mailTo(ada.email, 2))
  expect((await request(browser, 'POST', '/auth/confirm', proof)).status).toBe(200)
  expect(await bodyOf(await request(null, 'POST', '/auth/confirm', proof), 401)).toMatchObject({
    type: '/problems/wrong_code',
  })
})

test.each(['/auth/code', '/auth/resend', '/auth/recover'])(
  '[ACC3] %s answers the same, and asks Auth the same, with and without an account; nobody else is mailed',
  async (path) => {
    const ada = await signUpAfresh('Ada')
    const nobody = stranger()

    const [known, unknown] = [await outcome(path, { email: ada.email }), await outcome(path, { email: nobody.email })]

    expect(unknown).toEqual(known)
    const mailing = path === '/auth/recover' ? 'recover' : 'otp'
    expect(known).toEqual({ status: 202, body: {}, asked: ['GET /auth/v1/health', `POST /auth/v1/${mailing}`] })
    await mailTo(ada.email)
    expect(await mailsTo(nobody.email)).toEqual([])
    const made = { email: nobody.email, password: 'anything at all' }
    expect((await request(null, 'POST', '/auth/sign-in', made)).status).toBe(401)
  },
)

test('[ACC3] a mail is asked for after the answer, so that nothing of what Auth does with it shows in the answer’s time', async () => {
  const ada = await signUp('Ada')
  let answered = false
  const before: string[] = []
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const { pathname } = new URL(new Request(input).url)
    const answer = real(input, init)
    if (pathname !== '/auth/v1/otp') return await answer
    // Auth takes its time; whoever asked has been answered.
    await vi.waitUntil(() => answered)
    before.push(pathname)
    return await answer
  })

  expect((await request(null, 'POST', '/auth/code', { email: ada.email })).status).toBe(202)
  answered = true

  await vi.waitUntil(() => before.length === 1)
})

test('[ACC3] a wrong password and an address without an account answer the same, and take the same while', async () => {
  const ada = await signUpAfresh('Ada')
  const waits = vi.spyOn(scheduler, 'wait')
  const wrong = async (email: string) => await outcome('/auth/sign-in', { email, password: 'not this one' })

  const [known, unknown] = [await wrong(ada.email), await wrong(stranger().email)]

  expect(unknown).toEqual(known)
  const asked = ['POST /auth/v1/token?grant_type=password']
  expect(known).toMatchObject({ status: 401, body: { type: '/problems/wrong_credentials' }, asked })
  expect(waits.mock.calls.map(([ms]) => ms)).toEqual([limits.refusedSignInMs, limits.refusedSignInMs])
})

test('[ACC3] where e-mail is confirmed first, signing up says nothing of whether the address has an account', async () => {
  const [confirmed, nobody] = [await signUpAfresh('Ada'), stranger()]
  await confirmation('on')
  const up = async (email: string, secret = password) =>
    await outcome('/auth/sign-up', { email, password: secret, name: 'Eve' })

  const [taken, free] = [await up(confirmed.email), await up(nobody.email)]
  const [unconfirmed, weak] = [await up(nobody.email), await up(confirmed.email, 'short')]

  const asked = ['GET /auth/v1/settings', 'POST /auth/v1/signup']
  expect(taken).toEqual({ status: 201, body: { state: 'confirm_email', email: confirmed.email }, asked })
  for (const each of [free, unconfirmed]) {
    expect(each).toEqual({ status: 201, body: { state: 'confirm_email', email: nobody.email }, asked })
  }
  expect(weak.status).toBe(400)
  expect(await mailsTo(confirmed.email)).toEqual([])
})

test('[ACC3] while Auth does not say whether e-mail is confirmed first, nobody signs up, and the answer says nothing of the address', async () => {
  const [known, nobody] = [await signUpAfresh('Ada'), stranger()]
  const real = globalThis.fetch
  for (const [status, type] of [
    [403, '/problems/database_away'],
    [429, '/problems/slow_down'],
  ] as const) {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const { pathname } = new URL(new Request(input).url)
      return pathname === '/auth/v1/settings' ? Response.json({}, { status }) : await real(input, init)
    })
    for (const { email } of [known, nobody]) {
      const answer = await request(null, 'POST', '/auth/sign-up', { email, password, name: 'Eve' })
      expect(await answer.json()).toMatchObject({ type })
    }
  }
})

test('[ACC3] while Auth is away it is said, before anything depends on the address', async () => {
  await gate('shut')
  for (const path of ['/auth/code', '/auth/recover', '/auth/resend']) {
    const answer = await request(null, 'POST', path, { email: stranger().email })
    expect(await bodyOf(answer, 503)).toMatchObject({ type: '/problems/database_away' })
  }
})

test('[ACC4] whoever forgot the password sets a new one by a mailed link; the others are signed out at once', async () => {
  const ada = await signUpAfresh('Ada')
  const room = await roomOf(ada)
  const [inRoom, inbox] = [await enter(ada, room), await openInbox(ada)]
  const copied = { ...ada, cookies: new Map(ada.cookies) }
  const browser = { ...ada, cookies: new Map<string, string>() }
  await request(null, 'POST', '/auth/recover', { email: ada.email })
  await request(browser, 'POST', '/auth/confirm', proofIn(await mailTo(ada.email)))
  const [mine, owns] = [await enter(browser, room), { password: 'a better horse' }]

  expect((await request(browser, 'POST', '/auth/password', owns)).status).toBe(204)

  await inRoom.until(() => inRoom.closedWith !== null)
  await inbox.until(() => inbox.closedWith !== null)
  expect([inRoom.closedWith, inbox.closedWith, mine.closedWith]).toEqual([closeCodes.signIn, closeCodes.signIn, null])
  expect((await request(copied, 'POST', '/auth/refresh')).status).toBe(401)
  expect((await request(browser, 'POST', '/auth/refresh')).status).toBe(200)
  expect((await request(null, 'POST', '/auth/sign-in', { email: ada.email, password })).status).toBe(401)
  expect((await request(null, 'POST', '/auth/sign-in', { email: ada.email, ...owns })).status).toBe(200)
  // Once.
  expect((await request(browser, 'POST', '/auth/password', { password: 'yet another' })).status).toBe(401)
})

test('[ACC4] otherwise the current password is asked for, and a link to sign in is no recovery', async () => {
  const ada = await signUpAfresh('Ada')
  await request(null, 'POST', '/auth/code', { email: ada.email })
  const browser = { ...ada, cookies: new Map<string, string>() }
  await request(browser, 'POST', '/auth/confirm', proofIn(await mailTo(ada.email)))
  for (const body of [{ password: 'a new one' }, { password: 'a new one', current: 'a guess' }]) {
    expect(await bodyOf(await request(browser, 'POST', '/auth/password', body), 401)).toMatchObject({
      type: '/problems/wrong_credentials',
    })
  }

  const right = { password: 'a new one', current: password }
  expect((await request(browser, 'POST', '/auth/password', right)).status).toBe(204)

  expect((await request(browser, 'GET', '/rooms')).status).toBe(200)
  expect((await request(ada, 'POST', '/auth/refresh')).status).toBe(401)
})

test('[ACC5] a new address counts once its own mailbox has confirmed it, and needs the password', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const next = stranger().email
  expect((await request(ada, 'POST', '/auth/email', { email: next, password: 'a guess' })).status).toBe(401)

  const taken = await outcome('/auth/email', { email: grace.email, password }, ada)
  const free = await outcome('/auth/email', { email: next, password }, ada)
  expect(free).toEqual(taken)
  expect(free.status).toBe(202)

  const mail = await mailTo(next)
  expect((await request(null, 'POST', '/auth/sign-in', { email: next, password })).status).toBe(401)
  expect(await bodyOf(await request(ada, 'POST', '/auth/confirm', proofIn(mail)), 200)).toMatchObject({
    ...{ state: 'signed_in', me: { person: { id: ada.id, email: next } } },
  })
  expect((await request(null, 'POST', '/auth/sign-in', { email: next, password })).status).toBe(200)
  expect(await mailsTo(grace.email)).toEqual([])
})

test('[ACC6] signing out everywhere ends every session, its sockets, its renewals and its grace', async () => {
  const ada = await signUpAfresh('Ada')
  const phone = await signedInAgain(ada)
  const room = await roomOf(ada)
  const sockets = [await enter(ada, room), await enter(phone, room), await openInbox(phone)]
  const copied = { ...phone, cookies: new Map(phone.cookies) }

  expect((await request(ada, 'POST', '/auth/sign-out', { everywhere: true })).status).toBe(204)

  for (const socket of sockets) {
    await socket.until(() => socket.closedWith !== null)
    expect(socket.closedWith).toBe(closeCodes.signIn)
  }
  expect((await request(phone, 'POST', '/auth/refresh')).status).toBe(401)
  // The token itself is still good where nobody asks whose session it is, and opens no socket.
  expect(await closeOf(copied, room)).toBe(closeCodes.signIn)
  await gate('shut')
  const ended = await withTokenEnding(copied, Date.now() - 1_000)
  expect((await request(ended, 'POST', '/auth/refresh')).status).toBe(401)
  await gate('open')

  // Whoever signs in again, also in the same second, is in.
  const again = await signedInAgain(ada)
  expect((await enter(again, room)).closedWith).toBe(null)
})

test('[ACC6] signing out on one device closes its sockets and leaves the others', async () => {
  const ada = await signUpAfresh('Ada')
  const [phone, room] = [await signedInAgain(ada), await roomOf(ada)]
  const [here, there] = [await enter(ada, room), await enter(phone, room)]

  expect((await request(ada, 'POST', '/auth/sign-out')).status).toBe(204)

  await here.until(() => here.closedWith !== null)
  expect([here.closedWith, there.closedWith]).toEqual([closeCodes.signIn, null])
  expect((await request(phone, 'POST', '/auth/refresh')).status).toBe(200)
})

test('[ACC7] tries with one address run out wherever they come from, with an account or without', async () => {
  const [ada, nobody] = [await signUpAfresh('Ada'), stranger()]
  vi.spyOn(scheduler, 'wait').mockResolvedValue(undefined)
  for (const email of [ada.email, nobody.email]) {
    for (let i = 0; i < limits.credentialTries; i++) {
      const from = { 'cf-connecting-ip': `198.51.100.${i}` }
      expect((await request(null, 'POST', '/auth/sign-in', { email, password: 'a guess' }, from)).status).toBe(401)
    }
    const asked = { email, password }
    const answer = await request(null, 'POST', '/auth/sign-in', asked)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await bodyOf(answer, 429)).toMatchObject({ type: '/problems/slow_down', retryAfterMs: expect.any(Number) })
    // Codes are counted apart: who guesses passwords keeps nobody from the code in their mailbox.
    expect((await request(null, 'POST', '/auth/code/verify', { email, code: '000000' })).status).toBe(401)
    for (let i = 1; i < limits.credentialTries; i++) {
      await request(null, 'POST', '/auth/code/verify', { email, code: '000000' })
    }
    expect((await request(null, 'POST', '/auth/code/verify', { email, code: '000000' })).status).toBe(429)
  }
})

test('[ACC7] a right password forgives the wrong ones before it, and mails to one address run out, too', async () => {
  const ada = await signUpAfresh('Ada')
  vi.spyOn(scheduler, 'wait').mockResolvedValue(undefined)
  for (let round = 0; round < 2; round++) {
    for (let i = 1; i < limits.credentialTries; i++) {
      await request(null, 'POST', '/auth/sign-in', { email: ada.email, password: 'a guess' })
    }
    expect((await request(null, 'POST', '/auth/sign-in', { email: ada.email, password })).status).toBe(200)
  }
  for (let i = 0; i < limits.mailsAtOnce; i++) {
    expect((await request(null, 'POST', '/auth/code', { email: ada.email })).status).toBe(202)
  }
  expect((await request(null, 'POST', '/auth/recover', { email: ada.email })).status).toBe(429)
})

test('[ACC8] many tabs may refresh at the same moment, again and again: all go on, in one session', async () => {
  const ada = await signUpAfresh('Ada')
  let { cookies } = ada
  for (let round = 0; round < 10; round++) {
    const tabs = Array.from({ length: 4 }, () => ({ ...ada, cookies: new Map(cookies) }))

    const answers = await Promise.all(tabs.map(async (tab) => await request(tab, 'POST', '/auth/refresh')))

    for (const answer of answers)
      expect(await bodyOf<Refreshed>(answer, 200)).toMatchObject({ renewal: expect.any(String) })
    for (const tab of tabs) expect((await request(tab, 'POST', '/auth/refresh')).status).toBe(200)
    cookies = tabs[round % 4]!.cookies
  }
  const { devices } = await bodyOf<{ devices: unknown[] }>(
    await request({ ...ada, cookies }, 'GET', '/me/devices'),
    200,
  )
  expect(devices).toHaveLength(1)
})

test('[ACC8] a tab that comes while another one’s refresh is half done waits for it; a spent token is still refused', async () => {
  const ada = await signUpAfresh('Ada')
  const real = globalThis.fetch
  let refusals = 1
  const answers = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const refreshing = new Request(input).url.endsWith('grant_type=refresh_token')
    if (!refreshing || refusals-- <= 0) return await real(input, init)
    return Response.json({ error_code: 'refresh_token_already_used' }, { status: 400 })
  })
  vi.spyOn(scheduler, 'wait').mockResolvedValue(undefined)

  expect((await request(ada, 'POST', '/auth/refresh')).status).toBe(200)

  refusals = 5
  expect((await request(ada, 'POST', '/auth/refresh')).status).toBe(401)
  answers.mockRestore()
  expect([...ada.cookies.keys()]).toEqual(['parley_device'])
})

const password = 'correct horse'

/** Somebody with a browser and an address that has no account. */
function stranger(): Person {
  return { name: 'Eve', id: '', email: `eve.${freshId()}@example.org`, cookies: new Map() }
}

/** The same person on another device. */
async function signedInAgain(person: Person): Promise<Person> {
  const device = { ...person, cookies: new Map<string, string>() }
  await bodyOf(await request(device, 'POST', '/auth/sign-in', { email: person.email, password }), 200)
  return device
}

/** All that somebody who asks can see, but for the time, and what Auth is asked on their behalf. */
async function outcome(path: string, body: object, person: Person | null = null) {
  const spy = vi.spyOn(globalThis, 'fetch')
  const answer = await request(person, 'POST', path, body)
  const text = await answer.text()
  const calls = () =>
    spy.mock.calls
      .map(([input, init]) => ({ url: new URL(new Request(input).url), method: init?.method ?? 'GET' }))
      .filter(({ url }) => url.pathname.startsWith('/auth/v1/'))
      .map(({ url, method }) => `${method} ${url.pathname}${url.search}`)
  const asked = calls()
  spy.mockRestore()
  const { requestId: _, ...told } = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  return { status: answer.status, body: told, asked }
}

async function closeOf(person: Person, room: string): Promise<number | null> {
  const client = await connect(person, room)
  await client.until(() => client.closedWith !== null)
  return client.closedWith
}
