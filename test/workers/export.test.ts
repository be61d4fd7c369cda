import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { archive } from '../../worker/export/archive.ts'
import { ownFiles, type AskAbout } from '../../worker/export/own-files.ts'
import { enter, post } from './support/client.ts'
import { directRoom, gate, service } from './support/database.ts'
import { flushed, inboxOf } from './support/objects.ts'
import { mailTo } from './support/mails.ts'
import { bodyOf, freshId, request, roomOf, signUp, signUpAfresh, type Person } from './support/people.ts'

const now = Date.now()

type File = Record<string, unknown>[]

async function files(answer: Response): Promise<Record<string, string>> {
  const zip = unzipSync(new Uint8Array(await answer.arrayBuffer()))
  return Object.fromEntries(Object.entries(zip).map(([name, file]) => [name, strFromU8(file)]))
}

function byId(rows: File, key: string): File {
  return rows.toSorted((one, other) => (String(one[key]) < String(other[key]) ? -1 : 1))
}

test('[ERA18] an export holds what is mine, also from rooms that I left, and nothing that others wrote', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUp('Grace')]
  const [room, left] = [await roomOf(ada, grace), await roomOf(grace, ada)]
  const direct = await directRoom(ada.id, grace.id, false, [ada.id, grace.id])
  const [hers, graces] = [await enter(ada, room), await enter(grace, room)]
  const seq = await post(hers, 'first')
  hers.send({ t: 'edit', id: freshId(), seq, text: 'better' })
  await hers.next('ack')
  const other = await post(graces, 'a secret of Grace')
  hers.send({ t: 'react', id: freshId(), seq: other, emoji: '👍', on: true })
  await hers.next('ack')
  await post(await enter(ada, left), 'before I go')
  await post(await enter(ada, direct), 'between us')
  const leave = { command: freshId(), changes: [{ kind: 'leave', person: ada.id }] }
  await bodyOf(await request(ada, 'POST', `/rooms/${left}/members`, leave), 200)
  await request(ada, 'PUT', `/me/blocks/${(await signUp('Linus')).id}`)
  const plan = { startsAt: now + 86_400_000, minutes: 30, timeZone: 'Europe/Berlin', repeats: null }
  const plans = (by: Person, title: string) =>
    request(by, 'POST', '/meetings', { id: freshId(), room, title, description: 'Said of it', schedule: plan })
  const [mine, theirs] = [
    await bodyOf<{ id: string }>(await plans(ada, 'Looms'), 201),
    await bodyOf<{ id: string }>(await plans(grace, 'Secretly'), 201),
  ]
  const invite = async (by: Person, meeting: { id: string }, asked: object) =>
    await bodyOf(await request(by, 'POST', `/meetings/${meeting.id}/invitations`, asked), 200)
  await invite(ada, mine, { emails: ['bob@example.org'], message: 'Come' })
  await invite(grace, theirs, { people: [ada.id], emails: ['eve@example.org'], message: 'Confidentially' })
  await bodyOf(await request(ada, 'PUT', `/meetings/${theirs.id}/invitation`, { answer: 'accepted' }), 200)
  const tape = { id: freshId(), meeting_id: mine.id, livekit_egress_id: freshId(), started_by: ada.id }
  expect((await service().from('meeting_recordings').insert(tape)).error).toBe(null)
  for (const each of [room, left, direct]) await flushed(each)

  const answer = await request(ada, 'GET', '/me/export')

  expect(answer.headers.get('content-type')).toBe('application/zip')
  const all = await files(answer)
  const json = (name: string) => JSON.parse(all[name]!) as File
  const rooms = [room, left, direct].toSorted()
  expect(Object.keys(all)).toEqual([
    ...['README.txt', 'profile.json', 'settings.json', 'blocks.json', 'devices.json', 'rooms.json'],
    ...rooms.map((each) => `messages/${each}.json`),
    ...['reactions.json', 'meetings.json', 'invitations.json', 'recordings.json', 'acts.json'],
  ])
  expect(json('profile.json')).toMatchObject({ person: ada.id, name: 'Ada', email: ada.email })
  expect(json('blocks.json')).toEqual([(await signUp('Linus')).id])
  expect(json('rooms.json').map((each) => each['room'])).toEqual(rooms)
  expect(json('rooms.json').find((each) => each['room'] === direct)).toMatchObject({ with: grace.id, name: null })
  expect(json(`messages/${room}.json`)).toMatchObject([{ seq, text: 'better', edits: [{ text: 'first' }] }])
  expect(json(`messages/${left}.json`)).toMatchObject([{ text: 'before I go' }])
  expect(json('reactions.json')).toMatchObject([{ room, seq: other, emoji: '👍' }])
  expect(json('devices.json')).toHaveLength(1)
  expect(byId(json('meetings.json'), 'meeting')).toMatchObject(
    byId(
      [
        { meeting: mine.id, room, hosting: true, title: 'Looms', description: 'Said of it', plan: { minutes: 30 } },
        { meeting: theirs.id, room, hosting: false, role: 'participant', state: 'invited' },
      ],
      'meeting',
    ),
  )
  expect(byId(json('invitations.json'), 'meeting')).toMatchObject(
    byId(
      [
        { meeting: mine.id, sent: true, email: 'bob@example.org', person: null, message: 'Come' },
        { meeting: theirs.id, sent: false, answer: 'accepted' },
      ],
      'meeting',
    ),
  )
  expect(json('recordings.json')).toMatchObject([{ recording: tape.id, meeting: mine.id, status: 'starting' }])
  expect(JSON.stringify(all)).not.toMatch(/a secret of Grace|Grace"|Secretly|Confidentially|eve@/)
})

test('[ERA19] an export of many pages is whole', async () => {
  const ada = await signUpAfresh('Ada')
  const room = await roomOf(ada)
  const rows = Array.from({ length: 2 * limits.exportRows + 1 }, (_, i) => {
    return { room_id: room, seq: i + 1, rev: i + 1, client_id: freshId(), sender_id: ada.id, content: `message ${i}` }
  })
  for (let i = 0; i < rows.length; i += 1_000) {
    const { error } = await service()
      .from('messages')
      .insert(rows.slice(i, i + 1_000))
    expect(error).toBeNull()
  }

  const all = await files(await request(ada, 'GET', '/me/export'))

  const messages = JSON.parse(all[`messages/${room}.json`]!) as { text: string }[]
  expect(messages.map(({ text }) => text)).toEqual(rows.map(({ content }) => content))
})

test('[ERA19] an export of two thousand rooms stays far below what one request may ask', async () => {
  const written = Array.from({ length: limits.rooms }, () => freshId()).toSorted()
  let asked = 0
  const ask: AskAbout = async (name, args) => {
    asked += 1
    if (name === 'export_written') return written
    if (name !== 'export_messages') return []
    const { p_rooms: rooms, p_after: after } = args as { p_rooms: string[]; p_after: number }
    const page = rooms.slice(0, 60).map((room) => ({ room, messages: [{ seq: 1, text: room }] }))
    // The page ends within a room, of which the next one tells the rest.
    if (after === 0) return { rooms: page, next: { room: page.at(-1)!.room, after: 1 } }
    const rest = rooms.map((room, i) => ({ room, messages: [{ seq: i === 0 ? 2 : 1, text: room }] }))
    return { rooms: rest, next: null }
  }
  const all = await files(
    new Response(archive(ownFiles(ask, { profile: {}, settings: {}, blocked: [] }, '', now), now)),
  )

  const names = Object.keys(all).filter((name) => name.startsWith('messages/'))
  expect(names).toEqual(written.map((room) => `messages/${room}.json`))
  const texts = names.map((name) => (JSON.parse(all[name]!) as { text: string }[]).map(({ text }) => text))
  expect(texts.map(([text]) => text)).toEqual(written)
  expect(texts.filter(({ length }) => length === 2).length).toBeGreaterThan(10)
  expect(asked).toBeLessThan(60)
})

test('[ERA19] an export asks for no page before the one in front of it was read, and for none once nobody reads', async () => {
  let asked = 0
  const rooms = [freshId()]
  const ask: AskAbout = async (name) => {
    if (name === 'export_written') return rooms
    if (name !== 'export_messages') return []
    asked += 1
    // Nothing that a compressor could make small, so that each page comes out by itself.
    const noise = () => [...crypto.getRandomValues(new Uint8Array(200))].join()
    const messages = Array.from({ length: limits.exportRows }, (_, i) => ({ seq: i, text: noise() }))
    return { rooms: [{ room: rooms[0], messages }], next: { room: rooms[0], after: asked } }
  }
  const person = { profile: {}, settings: {}, blocked: [] }
  const reader = archive(ownFiles(ask, person, 'ada@example.org', now), now).getReader()

  const seen: number[] = []
  for (let bytes = 0; bytes < 4_000_000;) {
    bytes += (await reader.read()).value!.byteLength
    seen.push(asked)
  }
  const before = asked
  await reader.cancel()

  expect(Math.max(...seen.map((now, i) => now - (seen[i - 1] ?? 0)))).toBe(1)
  expect(before).toBeLessThan(40)
  // One page is asked for ahead of whoever reads.
  expect(asked - before).toBeLessThanOrEqual(1)
})

test('[ERA19] an export that cannot go on breaks off, and is no zip', async () => {
  const ada = await signUpAfresh('Ada')
  await gate('shut')
  expect((await request(ada, 'GET', '/me/export')).status).toBe(503)
  await gate('open')
  const ask: AskAbout = async (name) => {
    if (name === 'export_written') throw new Error('the database is away')
    return []
  }
  const broken = archive(ownFiles(ask, { profile: {}, settings: {}, blocked: [] }, '', now), now)

  await expect(new Response(broken).arrayBuffer()).rejects.toThrow('the database is away')
})

test('[ERA11] whoever has just signed in by mail deletes their account without a password, in that browser alone', async () => {
  const ada = await signUpAfresh('Ada')
  const browser: Person = { ...ada, cookies: new Map() }
  await request(null, 'POST', '/auth/code', { email: ada.email })
  const { code } = await mailTo(ada.email)
  await bodyOf(await request(browser, 'POST', '/auth/code/verify', { email: ada.email, code }), 200)
  const proof = browser.cookies.get('parley_mailed')!
  const elsewhere: Person = { ...ada, cookies: new Map(ada.cookies).set('parley_mailed', proof) }
  const grace = await signUpAfresh('Grace')
  grace.cookies.set('parley_mailed', proof)

  expect((await request(elsewhere, 'POST', '/me/erasure', { mode: 'keep' })).status).toBe(401)
  expect((await request(grace, 'POST', '/me/erasure', { mode: 'keep' })).status).toBe(401)
  expect(await inboxOf(ada.id).erasure()).toEqual({ state: 'none' })

  expect((await request(browser, 'POST', '/me/erasure', { mode: 'keep' })).status).toBe(202)
})
