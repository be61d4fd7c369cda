import { afterEach, describe, expect, test } from 'vitest'
import type { MeetingLink, MeetingPreview } from '../../protocol/endpoints/meeting-ways.ts'
import { gate } from './support/database.ts'
import { meetingLinkRows } from './support/links.ts'
import { bodyOf, freshId, request, roomOf, signUp, type Person } from './support/people.ts'

afterEach(async () => await gate('open'))

interface Made {
  id: string
  code: string
  url: string
  expiresAt: number | null
}

interface Entered {
  meeting: string
  me: string
  standing: string
  role: string
}

async function scene() {
  const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')] as const
  const room = await roomOf(ada, grace)
  const id = freshId()
  await bodyOf(await request(ada, 'POST', '/meetings', { id, room, title: 'Engines' }), 201)
  const link = async (asked: object = {}) =>
    await bodyOf<Made>(await request(ada, 'POST', `/meetings/${id}/links`, asked), 201)
  return { ada, grace, linus, room, id, link }
}

/** Somebody's browser without an account. */
function guest(name: string): Person {
  return { name, id: '', email: '', cookies: new Map() }
}

const enter = (by: Person, code: string, body: object = {}) =>
  request(by, 'POST', `/meeting-links/${code}/enter`, { ...(by.id === '' && { name: by.name }), ...body })

async function problem(answer: Promise<Response>, status: number): Promise<string> {
  const { type } = await bodyOf<{ type: string }>(await answer, status)
  return type.replace('/problems/', '')
}

const asks = async (by: Person | null, code: string) =>
  (await bodyOf<MeetingPreview>(await request(by, 'GET', `/meeting-links/${code}`), 200)).me

describe('links into a meeting', () => {
  test('[MTG9] hosts make, list and withdraw them; a code is told once and kept as a hash alone', async () => {
    const { ada, grace, linus, id, link } = await scene()
    const path = `/meetings/${id}/links`
    const made = await link({ passcode: 'difference', expiresInSeconds: null })
    expect(made).toEqual({
      ...{ id: expect.any(String), code: expect.stringMatching(/^[\w-]{22}$/), expiresAt: null },
      url: `https://parley.test/m/${made.code}`,
    })
    const { items } = await bodyOf<{ items: MeetingLink[] }>(await request(ada, 'GET', path), 200)
    expect(items).toEqual([
      {
        ...{ id: made.id, entry: 'anyone', passcode: true, createdAt: expect.any(Number) },
        ...{ expiresAt: null, uses: 0, over: null },
      },
    ])
    const kept = JSON.stringify(await meetingLinkRows(id))
    expect(kept).toContain(made.id)
    for (const secret of [made.code, 'difference']) expect(kept).not.toContain(secret)
    for (const ask of [() => request(grace, 'GET', path), () => request(grace, 'DELETE', `${path}/${made.id}`)]) {
      expect(await problem(ask(), 403)).toBe('forbidden')
    }
    expect(await problem(request(linus, 'GET', path), 404)).toBe('not_found')
    expect(await problem(request(ada, 'DELETE', `${path}/${freshId()}`), 404)).toBe('not_found')

    expect((await request(ada, 'DELETE', `${path}/${made.id}`)).status).toBe(204)
    expect(await problem(enter(guest('Bob'), made.code), 410)).toBe('link_over')
    expect(await problem(request(null, 'GET', `/meeting-links/${made.code}`), 410)).toBe('link_over')
  })

  test('[MTG9] the same command makes one link, and a meeting has 20 that open something', async () => {
    const { ada, id, link } = await scene()
    const keyed = async () =>
      await bodyOf<Made>(
        await request(ada, 'POST', `/meetings/${id}/links`, {}, { 'idempotency-key': 'one-link-of-mine' }),
        201,
      )
    const first = await keyed()
    expect(await keyed()).toEqual(first)
    for (let made = 1; made < 20; made++) await link()
    expect(await problem(request(ada, 'POST', `/meetings/${id}/links`, {}), 409)).toBe('too_many')
  })

  test('[MTG9] [AC-41] a preview shows what it is and who invites: nobody who is there, no word and no address', async () => {
    const { ada, id, link } = await scene()
    const { code } = await link()
    const shown = await bodyOf(await request(null, 'GET', `/meeting-links/${code}`), 200)
    expect(shown).toEqual({
      ...{ meeting: id, title: 'Engines', media: 'video', status: 'scheduled', schedule: null, invitedBy: ada.name },
      ...{ entry: 'anyone', passcode: false, me: 'guest', invitation: null },
    })
    expect(await problem(request(null, 'GET', `/meeting-links/${'A'.repeat(22)}`), 404)).toBe('not_found')
    expect(await problem(request(null, 'GET', '/meeting-links/short'), 404)).toBe('not_found')
  })

  test('[MTG5] says to each as whom they may come', async () => {
    const { grace, linus, link } = await scene()
    const as = async (entry: string) => {
      const { code } = await link({ entry })
      return [await asks(null, code), await asks(linus, code), await asks(grace, code)]
    }
    expect(await as('anyone')).toEqual(['guest', 'person', 'member'])
    expect(await as('signed_in')).toEqual(['sign_in', 'person', 'member'])
    expect(await as('members')).toEqual(['sign_in', 'not_a_member', 'member'])
    const { code } = await link({ entry: 'members' })
    expect(await problem(enter(guest('Bob'), code), 401)).toBe('sign_in')
    expect(await problem(enter(linus, code), 403)).toBe('forbidden')
  })
})

describe('coming by a link', () => {
  test('[MTG9] a guest says a name, gets a cookie, and waits; a member does not', async () => {
    const { ada, grace, linus, id, link } = await scene()
    const { code, id: linkId } = await link()
    const bob = guest('Bob')
    expect(await problem(enter(bob, code, { name: undefined }), 400)).toBe('invalid_request')
    const entered = await bodyOf<Entered>(await enter(bob, code), 200)
    expect(entered).toEqual({ meeting: id, me: expect.any(String), standing: 'waiting', role: 'guest' })
    expect(bob.cookies.has('parley_guest')).toBe(true)
    expect(await bodyOf<Entered>(await enter(bob, code, { name: undefined }), 200)).toEqual(entered)
    expect(await bodyOf(await enter(linus, code), 200)).toMatchObject({ me: linus.id, standing: 'waiting' })
    expect(await bodyOf(await enter(grace, code), 200)).toMatchObject({ me: grace.id, standing: 'admitted' })

    const { items } = await bodyOf<{ items: MeetingLink[] }>(await request(ada, 'GET', `/meetings/${id}/links`), 200)
    expect(items.find((each) => each.id === linkId)!.uses).toBe(3)
    expect((await request(ada, 'DELETE', `/meetings/${id}/links/${linkId}`)).status).toBe(204)
    expect(await problem(enter(bob, code), 410)).toBe('link_over')
  })

  test('[MTG10] a link with a passcode lets in who knows it; five wrong ones close it to a person, and to an address', async () => {
    const { grace, linus, link } = await scene()
    const { code } = await link({ passcode: 'difference' })
    expect(await problem(enter(guest('Bob'), code), 403)).toBe('passcode_needed')
    expect(await problem(enter(guest('Bob'), code, { passcode: 'analytical' }), 403)).toBe('wrong_passcode')
    await bodyOf(await enter(guest('Bob'), code, { passcode: 'difference' }), 200)

    // Each comes as another guest, from the same place.
    for (let wrong = 1; wrong < 5; wrong++)
      await problem(enter(guest(`Bob ${wrong}`), code, { passcode: 'wrong' }), 403)
    const locked = await enter(guest('Bob 5'), code, { passcode: 'wrong' })
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(60)
    expect(await problem(enter(guest('Bob 6'), code, { passcode: 'difference' }), 429)).toBe('slow_down')

    expect(await problem(enter(linus, code, { passcode: 'wrong' }), 403)).toBe('wrong_passcode')
    await bodyOf(await enter(linus, code, { passcode: 'difference' }), 200)
    for (let wrong = 1; wrong < 5; wrong++) await problem(enter(linus, code, { passcode: 'wrong' }), 403)
    expect(await problem(enter(linus, code, { passcode: 'wrong' }), 429)).toBe('slow_down')
    expect(await bodyOf(await enter(grace, code), 200)).toMatchObject({ standing: 'admitted' })
  })
})
