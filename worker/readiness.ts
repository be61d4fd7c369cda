import { SignJWT } from 'jose'
import * as z from 'zod/mini'
import type { Dependency, Readiness } from '../protocol/endpoints/system.ts'
import { schemaVersion } from '../supabase/types.ts'
import type { Env } from './env.ts'
import { livekitOf } from './livekit.ts'

/** What is asked, and by when it has to answer: what a probe waits for is what a person would wait for. */
const timeoutMs = 2_000

/** Probes come every second or so, from many places; what they ask should not be a load of its own. */
const keptMs = 1_000

export type Dependencies = Readiness['dependencies']

let last: { at: number; of: string; found: Dependencies } | null = null

/** The state of everything that Parley needs, a second old at most. */
export async function dependenciesOf(env: Env, now: number): Promise<Dependencies> {
  // A clock that was turned back makes what is kept old.
  if (last && last.of === whom(env) && now >= last.at && now < last.at + keptMs) return last.found
  const [auth, [data, schema], media] = await Promise.all([askAuth(env), askData(env), askMedia(env)])
  const found = { auth, data, schema, media }
  last = { at: now, of: whom(env), found }
  return found
}

/** Whether people can be served. Without the media server they talk in writing: a probe must not take that from them. */
export function allReady({ media: _media, ...needed }: Dependencies): boolean {
  return Object.values(needed).every(({ state }) => state === 'ready')
}

async function askAuth(env: Env): Promise<Dependency> {
  const started = Date.now()
  const answer = await ask(`${env.SUPABASE_URL}/auth/v1/health`, { headers: { apikey: env.SUPABASE_ANON_KEY } })
  return stateOf(answer, started)
}

/** One question to the Data API, which passes it on to Postgres: both, and how far its migrations are. */
async function askData(env: Env): Promise<[Dependency, Dependency]> {
  const started = Date.now()
  const answer = await ask(`${env.SUPABASE_URL}/rest/v1/rpc/schema_version`, {
    method: 'POST',
    headers: {
      ...{ apikey: env.SUPABASE_SERVICE_KEY, authorization: `Bearer ${env.SUPABASE_SERVICE_KEY}` },
      ...{ 'content-type': 'application/json', 'content-profile': 'parley' },
    },
    body: '{}',
  })
  const ms = Date.now() - started
  const data = stateOf(answer, started)
  // A database without the function has no migrations, or older ones.
  if (typeof answer !== 'string' && answer.status === 404) {
    return [
      { state: 'ready', ms },
      { state: 'behind', ms, detail: `It needs ${schemaVersion}, and has none.` },
    ]
  }
  if (typeof answer === 'string' || data.state !== 'ready') return [data, { state: 'away', ms }]
  const version = z.string().safeParse(answer.body).data
  if (version !== undefined && version >= schemaVersion) return [data, { state: 'ready', ms }]
  return [data, { state: 'behind', ms, detail: `It needs ${schemaVersion}, and has ${version ?? 'none'}.` }]
}

/** Its rooms are asked for: that tells a LiveKit that is there from one that takes other keys. */
async function askMedia(env: Env): Promise<Dependency> {
  const livekit = livekitOf(env)
  if (!livekit) return { state: 'unconfigured', ms: 0 }
  const started = Date.now()
  const token = await new SignJWT({ video: { roomList: true } })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(livekit.apiKey)
    .setExpirationTime('10s')
    .sign(new TextEncoder().encode(livekit.apiSecret))
  const answer = await ask(`${livekit.apiUrl}/twirp/livekit.RoomService/ListRooms`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    // Of a name that no room has: the answer is short, however many there are.
    body: '{"names":["-"]}',
  })
  return stateOf(answer, started)
}

function whom(env: Env): string {
  return `${env.SUPABASE_URL} ${env.LIVEKIT_URL ?? ''} ${env.LIVEKIT_API_URL ?? ''}`
}

function stateOf(answer: Answer | NoAnswer, started: number): Dependency {
  const ms = Date.now() - started
  if (answer === 'silent') return { state: 'away', ms, detail: `No answer within ${timeoutMs / 1_000} s.` }
  if (answer === 'nobody') return { state: 'away', ms, detail: 'Nobody answers at its address.' }
  if (answer.status < 300) return { state: 'ready', ms }
  const refused = answer.status === 401 || answer.status === 403
  return { state: 'away', ms, detail: refused ? 'It refuses the key.' : `It answers ${answer.status}.` }
}

type Answer = { status: number; body: unknown }

/** `nobody`: the connection was refused or broke; `silent`: it stands, and nothing came. */
type NoAnswer = 'nobody' | 'silent'

async function ask(url: string, init: RequestInit): Promise<Answer | NoAnswer> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await fetch(url, { ...init, signal })
    return { status: answer.status, body: await answer.json().catch(() => null) }
  } catch {
    return signal.aborted ? 'silent' : 'nobody'
  }
}
