import { afterEach, describe, expect, test } from 'vitest'
import type { Invitation } from '../../protocol/endpoints/meeting-ways.ts'
import type { Meeting } from '../../protocol/meetings.ts'
import { gate, service } from './support/database.ts'
import { openInbox } from './support/device.ts'
import { mailsTo, mailTo } from './support/mails.ts'
import { bodyOf, freshId, request, roomOf, signUp, type Person } from './support/people.ts'

afterEach(async () => await gate('open'))

const tomorrow = Math.ceil(Date.now() / 60_000) * 60_000 + 86_400_000
const schedule = (startsAt = tomorrow) => ({ startsAt, minutes: 30, timeZone: 'Europe/Berlin', repeats: null })

async function scene() {
  const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')] as const
  const room = await roomOf(ada, grace)
  const made = await request(grace, 'POST', '/meetings', {
    id: freshId(),
    room,
    title: 'Engines',
    schedule: schedule(),
  })
  const { id } = await bodyOf<Meeting>(made, 201)
  const path = `/meetings/${id}/invitations`
  // Grace made it, and Ada owns the room: she is a co-host.
  const invite = async (by: Person, asked: object) =>
    (await bodyOf<{ items: Invitation[] }>(await request(by, 'POST', path, asked), 200)).items
  return { ada, grace, linus, id, path, invite, bob: `bob.${freshId()}@example.org` }
}

async function problem(answer: Promise<Response>, status: number): Promise<string> {
  const { type } = await bodyOf<{ type: string }>(await answer, status)
  return type.replace('/problems/', '')
}

describe('inviting people', () => {
  test('[MTG12] who is invited sees the meeting, answers as often as they like, and comes in', async () => {
    const { ada, grace, linus, id, path, invite } = await scene()
    const answer = (by: Person, to: string) => request(by, 'PUT', `/meetings/${id}/invitation`, { answer: to })
    expect(await problem(answer(linus, 'accepted'), 404)).toBe('not_found')
    const [invitation] = await invite(grace, { people: [linus.id] })
    expect(invitation).toEqual({
      ...{ id: expect.any(String), person: { id: linus.id, name: 'Linus' }, email: null, answer: 'pending' },
      ...{ invitedAt: expect.any(Number), answeredAt: null },
    })
    expect(await invite(ada, { people: [linus.id] })).toEqual([invitation])
    for (const to of ['tentative', 'declined', 'accepted']) {
      expect(await bodyOf(await answer(linus, to), 200)).toMatchObject({ me: 'invited', invitation: to })
    }
    const { items } = await bodyOf<{ items: Meeting[] }>(await request(linus, 'GET', '/meetings'), 200)
    expect(items.map((each) => each.id)).toContain(id)
    expect(await bodyOf(await request(linus, 'POST', `/meetings/${id}/enter`), 200)).toMatchObject({
      standing: 'admitted',
    })
    expect(await problem(request(linus, 'GET', path), 403)).toBe('forbidden')

    const taken = `${path}/${invitation!.id}`
    expect((await request(ada, 'DELETE', taken)).status).toBe(204)
    expect(await problem(answer(linus, 'accepted'), 404)).toBe('not_found')
    const listed = await bodyOf<{ items: Invitation[] }>(await request(grace, 'GET', path), 200)
    expect(listed.items.map((each) => each.answer)).toEqual(['withdrawn'])
  })

  test('[MTG14] the inbox of whoever is invited says so at once, and what becomes of it', async () => {
    const { ada, grace, linus, id, path, invite } = await scene()
    const device = await openInbox(linus)
    const waiting = async () => {
      const { items } = await bodyOf<{ items: Meeting[] }>(
        await request(linus, 'GET', '/meetings?when=unanswered'),
        200,
      )
      return items.map((each) => each.id)
    }
    expect(await waiting()).toEqual([])
    const heard = { t: 'invitation', meeting: id, title: 'Engines' }

    const [invitation] = await invite(grace, { people: [linus.id] })
    expect(await device.next('invitation')).toEqual({ ...heard, news: 'invited', by: 'Grace' })
    expect(await waiting()).toEqual([id])
    // Who is invited already is not told again.
    await invite(ada, { people: [linus.id] })
    expect((await request(linus, 'PUT', `/meetings/${id}/invitation`, { answer: 'accepted' })).status).toBe(200)
    expect(await device.next('invitation')).toEqual({ ...heard, news: 'answered', by: 'Linus' })
    expect(await waiting()).toEqual([])

    // Another title is no other time.
    expect((await request(ada, 'PATCH', `/meetings/${id}`, { title: 'Looms' })).status).toBe(200)
    const moved = { schedule: schedule(tomorrow + 3_600_000) }
    expect((await request(grace, 'PATCH', `/meetings/${id}`, moved)).status).toBe(200)
    const renamed = { ...heard, title: 'Looms' }
    expect(await device.next('invitation')).toEqual({ ...renamed, news: 'changed', by: 'Grace' })
    expect((await request(grace, 'DELETE', `${path}/${invitation!.id}`)).status).toBe(204)
    expect(await device.next('invitation')).toEqual({ ...renamed, news: 'withdrawn', by: 'Grace' })
    await invite(ada, { people: [linus.id] })
    expect(await device.next('invitation')).toEqual({ ...renamed, news: 'invited', by: 'Ada' })
    expect((await request(grace, 'DELETE', `/meetings/${id}`)).status).toBe(204)
    expect(await device.next('invitation')).toEqual({ ...renamed, news: 'cancelled', by: 'Grace' })
    expect(await waiting()).toEqual([])
  })

  test('[MTG12] nobody is invited across a block, and a meeting invites 200', async () => {
    const { grace, linus, path, invite } = await scene()
    expect((await request(linus, 'PUT', `/me/blocks/${grace.id}`)).status).toBe(204)
    expect(await invite(grace, { people: [linus.id] })).toEqual([])
    expect((await request(linus, 'DELETE', `/me/blocks/${grace.id}`)).status).toBe(204)
    const many = Array.from({ length: 200 }, freshId)
    expect(await problem(request(grace, 'POST', path, { people: many, emails: ['a@example.org'] }), 409)).toBe(
      'too_many',
    )
  })
})

describe('inviting addresses', () => {
  test('[MTG13] each gets a mail with a link of its own and the meeting for its calendar, once', async () => {
    const { grace, id, invite, bob } = await scene()
    const [invitation] = await invite(grace, { emails: [bob.toUpperCase()], message: 'Bring <cards>.' })
    expect(invitation).toMatchObject({ person: null, email: bob, answer: 'pending' })
    await invite(grace, { emails: [bob] })

    const mail = await mailTo(bob)
    expect(mail.subject).toBe('Invitation: Engines')
    expect(mail.html).toContain('Bring &lt;cards&gt;.')
    expect(mail.calendar).toContain('METHOD:REQUEST')
    expect(mail.calendar).toContain(`UID:${id}@parley`)
    const code = new URL(mail.link!).pathname.replace('/m/', '')
    expect(await bodyOf(await request(null, 'GET', `/meeting-links/${code}`), 200)).toMatchObject({
      ...{ meeting: id, invitedBy: 'Grace', me: 'guest', invitation: 'pending' },
    })

    const answer = (to: string) => request(null, 'PUT', `/meeting-links/${code}/invitation`, { answer: to })
    expect((await answer('tentative')).status).toBe(204)
    expect(await bodyOf(await request(null, 'GET', `/meeting-links/${code}`), 200)).toMatchObject({
      invitation: 'tentative',
    })
    const path = `/meetings/${id}/invitations`
    const { items } = await bodyOf<{ items: Invitation[] }>(await request(grace, 'GET', path), 200)
    expect(items).toMatchObject([{ answer: 'tentative', answeredAt: expect.any(Number) }])

    expect((await request(grace, 'DELETE', `${path}/${invitation!.id}`)).status).toBe(204)
    expect(await problem(answer('accepted'), 410)).toBe('link_over')
    const withdrawn = await mailTo(bob, 2)
    expect(withdrawn.subject).toBe('Cancelled: Engines')
    expect(withdrawn.html).toContain('You are not invited')
    expect(await mailsTo(bob)).toHaveLength(2)
  })

  test('[MTG13] [AC-41] an address is for whoever invited it and for the host, and for nobody else', async () => {
    const { ada, grace, linus, id, path, invite, bob } = await scene()
    const carol = bob.replace('bob', 'carol')
    const seen = (items: Invitation[]) =>
      items.map(({ email }) => email ?? 'nothing').toSorted((one, other) => (one < other ? -1 : 1))
    expect(seen(await invite(grace, { emails: [bob] }))).toEqual([bob])
    // A co-host sees those that she invited herself.
    expect(seen(await invite(ada, { emails: [carol], people: [linus.id] }))).toEqual([carol, 'nothing', 'nothing'])
    const listed = await bodyOf<{ items: Invitation[] }>(await request(grace, 'GET', path), 200)
    expect(seen(listed.items)).toEqual([bob, carol, 'nothing'])
    for (const by of [ada, linus]) {
      const text = await (await request(by, 'GET', `/meetings/${id}`)).text()
      expect(text).not.toContain('@')
    }
    const code = new URL((await mailTo(carol)).link!).pathname.replace('/m/', '')
    expect(await (await request(null, 'GET', `/meeting-links/${code}`)).text()).not.toContain('@')
  })

  test('[MTG13] a title is one line, also in a mail, and an address is one address', async () => {
    const { grace, id, path, invite, bob } = await scene()
    expect(await problem(request(grace, 'PATCH', `/meetings/${id}`, { title: 'Engines\nBcc: x' }), 400)).toBe(
      'invalid_request',
    )
    await service().from('meetings').update({ title: 'Engines\r\nBcc: x' }).eq('id', id)
    await invite(grace, { emails: [bob] })
    expect((await mailTo(bob)).subject).toBe('Invitation: Engines Bcc: x')
    for (const email of [`x<${bob}>`, 'a,b@example.org', 'a@b.org;c', 'a@b.org\u0007', '"a"@b.org']) {
      expect(await problem(request(grace, 'POST', path, { emails: [email] }), 400)).toBe('invalid_request')
    }
  })

  test('[MTG13] another time and a cancellation are mailed, with what calendars need to follow', async () => {
    const { grace, id, invite, bob } = await scene()
    await invite(grace, { emails: [bob] })
    const sequence = (file: string | null) => Number(/SEQUENCE:(\d+)/.exec(file ?? '')?.[1])
    const first = await mailTo(bob)
    await bodyOf(await request(grace, 'PATCH', `/meetings/${id}`, { schedule: schedule(tomorrow + 3_600_000) }), 200)
    const moved = await mailTo(bob, 2)
    expect(moved).toMatchObject({ subject: 'Another time: Engines', link: first.link })
    await bodyOf(await request(grace, 'PATCH', `/meetings/${id}`, { lobby: 'nobody' }), 200)
    expect((await request(grace, 'DELETE', `/meetings/${id}`)).status).toBe(204)
    const cancelled = await mailTo(bob, 3)
    expect(cancelled.subject).toBe('Cancelled: Engines')
    expect(cancelled.calendar).toContain('METHOD:CANCEL')
    const told = [first, moved, cancelled].map(({ calendar }) => sequence(calendar))
    expect(told).toEqual([...new Set(told)].toSorted((one, other) => one - other))
    expect(
      await problem(request(grace, 'POST', `/meetings/${id}/invitations`, { emails: ['a@example.org'] }), 409),
    ).toBe('conflict')
  })

  test('[MTG11] a meeting is downloaded for a calendar, and one that was begun at once is not', async () => {
    const { grace, id } = await scene()
    const answer = await request(grace, 'GET', `/meetings/${id}/calendar`)
    expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8')
    const file = await answer.text()
    expect(file).toContain('METHOD:PUBLISH')
    expect(file).not.toContain('mailto:')
    const { id: now } = await bodyOf<Meeting>(await request(grace, 'POST', '/meetings', { id: freshId() }), 201)
    expect(await problem(request(grace, 'GET', `/meetings/${now}/calendar`), 409)).toBe('conflict')
  })
})
