import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { afterEach, expect, test, vi } from 'vitest'
import type { Meeting } from '../../protocol/meetings.ts'
import worker from '../../worker/index.ts'
import { bindings, gate, service } from './support/database.ts'
import { mailsTo, mailTo } from './support/mails.ts'
import { bodyOf, freshId, request, roomOf, signUp, site, type Person } from './support/people.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  await gate('open')
})

/** What the platform does every few minutes. */
async function doChores(): Promise<void> {
  await worker.scheduled(createScheduledController(), bindings)
}

/** A request, and all that is done after its answer: in this isolate, whose fetch a test may replace. */
async function ask(by: Person, path: string, body: object): Promise<Response> {
  const cookie = [...by.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const init = { method: 'POST', headers: { origin: site, cookie }, body: JSON.stringify(body) }
  const ctx = createExecutionContext()
  const answer = await worker.fetch(new Request(`${site}/api/v1${path}`, init), bindings, ctx)
  await waitOnExecutionContext(ctx)
  return answer
}

/** Whom the provider does not take mails for. */
function refuse(addresses: readonly string[]): void {
  const { fetch } = globalThis
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const asked = new Request(input, init)
    if (!asked.url.endsWith('/mailbox/send')) return await fetch(input, init)
    const { to } = await asked.clone().json<{ to: string[] }>()
    return addresses.includes(to[0]!) ? new Response(null, { status: 503 }) : await fetch(asked)
  })
}

const mails = () => service().schema('parley').from('meeting_mails')

async function owed(invitation: string): Promise<{ tries: number }[]> {
  const { data, error } = await mails().select('tries').eq('invitation_id', invitation)
  if (error) throw new Error(error.message)
  return data
}

test('[MTG13] a mail that the provider does not take holds up no other, and is sent later, by whoever does the chores', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')] as const
  const startsAt = Math.ceil(Date.now() / 60_000) * 60_000 + 86_400_000
  const schedule = { startsAt, minutes: 30, timeZone: 'Europe/Berlin', repeats: null }
  const made = await request(ada, 'POST', '/meetings', { id: freshId(), room: await roomOf(ada, grace), schedule })
  const { id } = await bodyOf<Meeting>(made, 201)
  const names = ['bob', 'carol', 'dan'].map((name) => `${name}.${freshId()}@example.org`)
  const [bob, carol, dan] = names as [string, string, string]
  refuse([carol])
  const asked = await ask(ada, `/meetings/${id}/invitations`, { emails: names })
  const { items } = await bodyOf<{ items: { id: string; email: string }[] }>(asked, 200)
  const invitation = items.find(({ email }) => email === carol)!.id
  expect(await owed(invitation)).toEqual([{ tries: 1 }])
  expect([(await mailsTo(bob)).length, (await mailsTo(carol)).length, (await mailsTo(dan)).length]).toEqual([1, 0, 1])

  // Not before it is due again.
  vi.restoreAllMocks()
  await doChores()
  expect(await mailsTo(carol)).toEqual([])
  await mails()
    .update({ due_at: new Date(0).toISOString() })
    .eq('invitation_id', invitation)
  await doChores()
  expect((await mailTo(carol)).subject).toBe('Invitation: Meeting')
  await doChores()
  expect([await owed(invitation), (await mailsTo(carol)).length, (await mailsTo(bob)).length]).toEqual([[], 1, 1])
})

test('what has lapsed is swept with the chores, and a database that is away is asked again the next time', async () => {
  const grace = await signUp('Grace')
  const lapsed = new Date(Date.now() - 366 * 86_400_000).toISOString()
  const records = () => service().schema('parley').from('audit_log')
  const { error } = await records().insert({ action: 'lapsed', actor: grace.id, at: lapsed })
  expect(error).toBe(null)
  await gate('shut')
  await doChores()
  await gate('open')
  const kept = async () => (await records().select('id').eq('actor', grace.id).eq('action', 'lapsed')).data?.length
  expect(await kept()).toBe(1)
  await doChores()
  expect(await kept()).toBe(0)
})
