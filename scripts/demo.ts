import { createHash } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import * as z from 'zod/mini'
import { type ImportBatch, Imported, Joined, JoinLink, RoomCreated, RoomList, SignedUp } from '../protocol/api.ts'
import { uuidV7, uuidV8 } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { type ProblemKind, Problem, kindOf } from '../protocol/problems.ts'
import { conversation } from './demo/conversation.ts'
import { directTalk } from './demo/direct-talk.ts'
import { launchWeek } from './demo/launch-week.ts'
import type { System } from './lib/system.ts'

/** Someone to sign in as. The password is the same on every machine: a demo is for looking around. */
export type Account = { name: string; email: string; password: string }

const accounts: Record<string, Account> = {
  A: { name: 'Ada Marsh', email: 'ada@parley.test', password: 'high-water-ada' },
  G: { name: 'Grace Okafor', email: 'grace@parley.test', password: 'high-water-grace' },
  L: { name: 'Linus Berg', email: 'linus@parley.test', password: 'high-water-linus' },
}

type Person = Account & { id: string; token: string }
type People = Record<string, Person>

/** Make three accounts, a group and a direct room with their conversations, as people would. Repeating adds nothing. */
export async function seedDemo(system: System): Promise<Account[]> {
  const people: People = {}
  for (const [letter, account] of Object.entries(accounts)) people[letter] = await signIn(system, account)
  const { A: ada, G: grace, L: linus } = people
  if (!ada || !grace || !linus) throw new Error('The demo needs all three accounts.')

  const group = await makeGroup(system, ada)
  await fill(system, group, launchWeek, people)
  for (const person of [grace, linus]) await join(system, group, ada, person)
  await fill(system, await directRoom(system, ada, grace), directTalk, people)
  // Each has opened it, so that each sees when the other is here.
  await directRoom(system, grace, ada)
  return Object.values(accounts)
}

async function signIn({ pageUrl, supabaseUrl, postgresUrl, keys }: System, account: Account): Promise<Person> {
  const { name, email, password } = account
  const origin = { origin: pageUrl }
  const signedUp = await call(`${pageUrl}/api/v1/auth/sign-up`, { name, email, password }, SignedUp, origin)
  if ('problem' in signedUp && signedUp.problem !== 'email_taken') throw failed('sign up', signedUp)
  // Where new accounts are confirmed first: nobody reads these people's mail.
  if ('state' in signedUp && signedUp.state === 'confirm_email') await confirm(postgresUrl, email)
  const client = createClient(supabaseUrl, keys.anonKey, { auth: { persistSession: false, autoRefreshToken: false } })
  const { data, error } = await client.auth.signInWithPassword({ email, password })
  if (error) throw new Error(`${email} could not sign in: ${error.message}`)
  return { ...account, id: data.user.id, token: data.session.access_token }
}

async function confirm(postgresUrl: string, email: string): Promise<void> {
  const sql = postgres(postgresUrl, { max: 1, onnotice: () => {} })
  try {
    await sql`update auth.users set email_confirmed_at = now() where email = ${email} and email_confirmed_at is null`
  } finally {
    await sql.end()
  }
}

async function makeGroup({ pageUrl }: System, owner: Person): Promise<string> {
  const id = uuidV7(Date.UTC(2026, 0, 1), createHash('sha256').update(owner.id).digest())
  const made = await call(`${pageUrl}/api/v1/rooms`, { id, name: 'Ebb 2.0' }, RoomCreated, bearer(owner.token))
  if ('problem' in made) throw failed('make the group', made)
  return id
}

async function join({ pageUrl }: System, room: string, owner: Person, person: Person): Promise<void> {
  const { rooms } = RoomList.parse(
    await (await fetch(`${pageUrl}/api/v1/rooms`, { headers: bearer(person.token) })).json(),
  )
  if (rooms.some(({ id }) => id === room)) return
  const link = await call(`${pageUrl}/api/v1/rooms/${room}/links`, {}, JoinLink, bearer(owner.token))
  if ('problem' in link) throw failed('make a join link', link)
  const joined = await call(`${pageUrl}/api/v1/links/${link.code}/join`, {}, Joined, bearer(person.token))
  if ('problem' in joined) throw failed('join the group', joined)
}

async function directRoom({ supabaseUrl, keys }: System, one: Person, other: Person): Promise<string> {
  const client = createClient(supabaseUrl, keys.anonKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { headers: bearer(one.token) },
  })
  const { data, error } = await client.rpc('get_or_create_direct_room', { p_other_user: other.id })
  if (error) throw new Error(`The direct room could not be opened: ${error.message}`)
  return z.string().parse(data)
}

async function fill({ pageUrl, keys }: System, room: string, script: string, people: People): Promise<void> {
  const messages: ImportBatch['messages'] = conversation(script, Date.now()).map(({ who, at, text }, i) => ({
    id: uuidV8(createHash('sha256').update(`${room} demo ${i}`).digest()),
    at,
    by: people[who]!.id,
    source: { name: people[who]!.name, source: 'demo' },
    text,
  }))
  for (let start = 0; start < messages.length; start += limits.importMessages) {
    const batch: ImportBatch = { messages: messages.slice(start, start + limits.importMessages), append: false }
    const answer = await call(`${pageUrl}/api/v1/rooms/${room}/import`, batch, Imported, bearer(keys.serviceKey))
    // Somebody has written there since: the conversation is in already.
    if ('problem' in answer && answer.problem !== 'room_has_messages') throw failed('fill a room', answer)
  }
}

type Failure = { problem: ProblemKind; detail: string }

async function call<Shape extends z.ZodMiniType>(
  url: string,
  body: object,
  shape: Shape,
  headers: Record<string, string>,
): Promise<z.infer<Shape> | Failure> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (response.ok) return shape.parse(answer)
  const problem = Problem.parse(answer)
  return { problem: kindOf(problem), detail: problem.detail ?? problem.title }
}

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}

function failed(what: string, { problem, detail }: Failure): Error {
  return new Error(`The demo could not ${what}: ${problem} (${detail})`)
}
