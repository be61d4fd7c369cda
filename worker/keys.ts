import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { databaseAway } from './supabase.ts'
import { warn } from '../durable-objects/log.ts'

/** How long a fetch of keys may take, and how long a failed one is not repeated. */
const timeoutMs = 2_000
const retryMs = 30_000

/** A day: longer than any outage that grace bridges, and asked for only while Auth is away. */
const remembered = { 'content-type': 'application/json', 'cache-control': 'max-age=86400' }

const known = new Map<string, JWTVerifyGetKey>()

/** The project's public keys, kept by jose, which asks again when they are old or a key id is unknown. */
export function keySet(supabaseUrl: string): JWTVerifyGetKey {
  const url = `${supabaseUrl}/auth/v1/.well-known/jwks.json`
  const made = known.get(url) ?? lasting(url)
  known.set(url, made)
  return made
}

/**
 * While Auth is away the keys that were fetched last go on counting, also in a worker that started since: the data
 * centre's cache has them. Without any nothing can be said. Problem: database_away.
 */
function lasting(url: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), { timeoutDuration: timeoutMs })
  let retryAt = 0
  let last: JSONWebKeySet | null = null
  return async (header, token) => {
    if (last && Date.now() < retryAt) return await createLocalJWKSet(last)(header, token)
    const fresh = remote.fresh
    try {
      const key = await remote(header, token)
      if (!fresh) await remember(url, remote.jwks())
      return key
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error
      warn(`the project's public keys could not be fetched: ${String(error)}`)
      retryAt = Date.now() + retryMs
      last = remote.jwks() ?? (await recall(url))
      if (!last) throw databaseAway()
      return await createLocalJWKSet(last)(header, token)
    }
  }
}

/** A cache that takes nothing is no reason to turn anyone away. */
async function remember(url: string, keys: JSONWebKeySet | undefined): Promise<void> {
  const answer = new Response(JSON.stringify(keys), { headers: remembered })
  await caches.default.put(place(url), answer).catch((error: unknown) => warn(`keys not kept: ${String(error)}`))
}

async function recall(url: string): Promise<JSONWebKeySet | null> {
  const answer = await caches.default.match(place(url))
  return answer ? await answer.json<JSONWebKeySet>() : null
}

/** An address of our own: under the keys' own one, a fetch of them could be answered from here. */
function place(url: string): string {
  return `https://keys.parley.invalid/?of=${encodeURIComponent(url)}`
}
