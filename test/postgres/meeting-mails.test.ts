import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type Sql } from './support/database.ts'
import { people, signUp } from './support/people.ts'
import { makeRoom } from './support/rooms.ts'
import { type Answer, call } from './support/service.ts'

// Ada hosts a meeting in her room and invites addresses.
let sql: Sql
let room: string
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
  room = await makeRoom(sql)
})
afterAll(() => sql.end())

const origin = 'https://parley.test'
const noon = Date.UTC(2030, 0, 7, 12)
const schedule = (startsAt = noon) => ({ startsAt, minutes: 30, timeZone: 'Europe/Berlin', repeats: null })

async function meeting(): Promise<string> {
  const asked = { id: randomUUID(), room, media: 'video', title: 'Engines', schedule: schedule() }
  return (await call(sql, 'create_meeting', people.ada, JSON.stringify(asked)))['id'] as string
}

async function invite(id: string, emails: string[], from: string | null = origin): Promise<string[]> {
  const asked = emails.map((email) => ({
    ...{ id: randomUUID(), email },
    codeHash: createHash('sha256').update(randomUUID()).digest('hex'),
  }))
  const args = [id, people.ada, '{}', JSON.stringify(asked), 'Come', from] as const
  return (await call(sql, 'invite_to_meeting', ...args))['emails'] as string[]
}

const move = (id: string, to: number) =>
  call(sql, 'change_meeting', id, people.ada, JSON.stringify({ schedule: schedule(to) }), origin)

async function take(id: string, limit = 10): Promise<Answer[]> {
  return (await call(sql, 'take_meeting_mails', limit, id)) as unknown as Answer[]
}

const sent = (mails: Answer[]) => sql`select parley.meeting_mails_sent(${mails.map((mail) => mail['id'] as string)})`
const soon = () => sql`update parley.meeting_mails set due_at = now()`
const told = (mails: Answer[]) => mails.map(({ email, news }) => `${String(news)} ${String(email)}`).toSorted()

describe('what addresses are owed', () => {
  test('[MTG13] stands from the step on that it tells of, is one sender’s for a minute, and is gone once it was sent', async () => {
    const id = await meeting()
    const [bob] = await invite(id, ['bob@example.org'])
    const first = await take(id)
    expect(first).toEqual([
      {
        ...{ id: expect.any(String), news: 'invited', origin, invitation: bob, email: 'bob@example.org', by: 'ada' },
        message: 'Come',
        meeting: expect.objectContaining({ id, title: 'Engines', host: 'ada', startsAt: noon, sequence: 0 }),
      },
    ])
    expect(await take(id)).toEqual([])
    await soon()
    expect(await take(id)).toEqual(first)
    await sent(first)
    await soon()
    expect(await take(id)).toEqual([])
    expect(await invite(id, ['carol@example.org'], null)).toHaveLength(1)
    expect(await take(id)).toEqual([])
  })

  test('[MTG13] is the newest alone, and what came up while another was sent is sent after it', async () => {
    const id = await meeting()
    await invite(id, ['bob@example.org', 'carol@example.org'])
    await move(id, noon + 1)
    const [first, second] = [await take(id, 1), await take(id)]
    expect(told([...first, ...second])).toEqual(['invited bob@example.org', 'invited carol@example.org'])
    await move(id, noon + 2)
    await sent(second)
    expect(told(await take(id))).toEqual(['invited bob@example.org', 'invited carol@example.org'])
    await soon()
    await sent(await take(id))
    await move(id, noon + 3)
    await call(sql, 'change_meeting', id, people.ada, JSON.stringify({ schedule: schedule(noon + 3) }), origin)
    const moved = await take(id)
    expect(told(moved)).toEqual(['changed bob@example.org', 'changed carol@example.org'])
    expect(moved.map((mail) => (mail['meeting'] as Answer)['startsAt'])).toEqual([noon + 3, noon + 3])
    await sent(moved)
  })

  test('[MTG13] a cancellation and a withdrawal once each, to whom they concern', async () => {
    const id = await meeting()
    const [bob, carol] = await invite(id, ['bob@example.org', 'carol@example.org', 'dan@example.org'])
    await sent(await take(id))
    await sql`update meeting_invitations set status = 'declined' where id = ${carol!}`
    const twice = async (name: string, ...args: (string | number | null)[]) => {
      await call(sql, name, id, people.ada, ...args)
      await call(sql, name, id, people.ada, ...args)
      const mails = await take(id)
      await sent(mails)
      return told(mails)
    }
    expect(await twice('withdraw_invitation', bob!, origin)).toEqual(['withdrawn bob@example.org'])
    expect(await twice('cancel_meeting', null, null, origin)).toEqual(['cancelled dan@example.org'])
  })

  test('[MTG13] is tried ever more seldom for most of a day, and not once the meeting is over', async () => {
    const id = await meeting()
    await invite(id, ['bob@example.org'])
    const waits: number[] = []
    for (;;) {
      if ((await take(id)).length === 0) break
      const [row] =
        await sql`select round(extract(epoch from due_at - now()) / 60) as minutes from parley.meeting_mails l
        join meeting_invitations i on i.id = l.invitation_id where i.meeting_id = ${id}`
      waits.push(Number(row!['minutes']))
      await soon()
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240])
    await invite(id, ['carol@example.org'])
    await sql`update meetings set status = 'ended' where id = ${id}`
    expect(await take(id)).toEqual([])
    const left = await sql`
      select from parley.meeting_mails l join meeting_invitations i on i.id = l.invitation_id where i.meeting_id = ${id}`
    expect(left).toHaveLength(0)
  })
})

describe('what is swept', () => {
  test('links a month after their end, and guesses a day after the last', async () => {
    const id = await meeting()
    const link = async (ended: string) => {
      const hash = createHash('sha256').update(randomUUID()).digest('hex')
      const [row] = await sql`insert into parley.meeting_links (code_hash, meeting_id, entry, expires_at)
        values (${hash}, ${id}, 'anyone', now() - ${ended}::interval) returning id`
      return row!['id'] as string
    }
    const [kept] = [await link('29 days'), await link('31 days')]
    await sql`insert into parley.meeting_guesses (link_id, guesser, last_at)
      values (${kept}, 'grace', now() - interval '25 hours'), (${kept}, 'linus', now() - interval '23 hours')`
    const [row] = await sql`select sweep_ephemeral() as answer`
    expect(row!['answer']).toMatchObject({ meetingLinks: 1, meetingGuesses: 1 })
    expect([...(await sql`select id from parley.meeting_links where meeting_id = ${id}`)]).toEqual([{ id: kept }])
    expect([...(await sql`select guesser from parley.meeting_guesses`)]).toEqual([{ guesser: 'linus' }])
  })
})
