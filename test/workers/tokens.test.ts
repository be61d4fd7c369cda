import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTHeaderParameters } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Env } from '../../worker/env.ts'
import { bindings } from './support/database.ts'

// Keys are kept for as long as a worker runs: each test has a worker of its own.
let verifyToken: typeof import('../../worker/token.ts').verifyToken

beforeEach(async () => {
  vi.resetModules()
  ;({ verifyToken } = await import('../../worker/token.ts'))
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test.each(['ES256', 'RS256'])('[SES3] a token signed with %s counts by the project’s public keys', async (alg) => {
  const [now, other] = [await keyPair(alg, 'now'), await keyPair(alg, 'now')]
  await publish(now.jwk)

  expect(await person(await signed(now))).toBe(ada)
  expect(await person(await signed(other))).toBe(null)
  expect(await person(await signed({ ...now, kid: 'unknown' }))).toBe(null)
})

test('[SES3] a token signed with the project’s secret counts, and none where the project has no secret', async () => {
  const token = await withSecret(bindings.SUPABASE_JWT_SECRET!)

  expect(await person(token)).toBe(ada)
  expect(await person(await withSecret('x'.repeat(40)))).toBe(null)
  expect(await person(token, { SUPABASE_JWT_SECRET: undefined })).toBe(null)
  expect(await person(await withSecret(''), { SUPABASE_JWT_SECRET: '' })).toBe(null)
})

test.each(['ES256', 'RS256'])(
  '[SES3] a token signed with HS256 and the public key of %s opens nothing',
  async (alg) => {
    const key = await keyPair(alg, 'now')
    await publish(key.jwk)
    const pem = JSON.stringify(key.jwk)
    for (const env of [{}, { SUPABASE_JWT_SECRET: undefined }]) {
      expect(await person(await withSecret(pem, { kid: 'now' }), env)).toBe(null)
    }
  },
)

test('[SES3] a token without a signature opens nothing, however its header spells that', async () => {
  const claims = part({ ...base(), exp: soon() })
  for (const alg of ['none', 'None', 'NONE', '']) {
    for (const end of ['', 'AAAA']) expect(await person(`${part({ alg, typ: 'JWT' })}.${claims}.${end}`)).toBe(null)
  }
  expect(await person('no token at all')).toBe(null)
})

test.each([
  ['for another audience', { aud: 'anon' }],
  ['for no audience', { aud: undefined }],
  ['that has ended', { exp: soon() - 4_000 }],
  ['without an end', { exp: undefined }],
  ['that is not valid yet', { nbf: soon() }],
  ['with another role', { role: 'service_role' }],
  ['of nobody', { sub: undefined }],
  ['of somebody who is no id', { sub: 'ada' }],
])('[SES3] a token %s opens nothing, whatever signed it', async (_, claims) => {
  const key = await keyPair('ES256', 'now')
  await publish(key.jwk)
  expect(await person(await signed(key))).toBe(ada)
  expect(await person(await signed(key, claims))).toBe(null)
  expect(await person(await withSecret(bindings.SUPABASE_JWT_SECRET!, {}, claims))).toBe(null)
})

test('[SES3] [SES5] what lets a token count that has just ended lets none begin early', async () => {
  const late = await withSecret(bindings.SUPABASE_JWT_SECRET!, {}, { exp: soon() - 4_000 })
  const early = await withSecret(bindings.SUPABASE_JWT_SECRET!, {}, { nbf: soon() })
  const hourMs = 3_600_000
  expect(await verifyToken(late, bindings, hourMs)).toMatchObject({ token: late })
  expect(await verifyToken(early, bindings, hourMs)).toBe(null)
})

test('[SES3] where the issuer is named, tokens of others open nothing', async () => {
  const key = await keyPair('ES256', 'now')
  await publish(key.jwk)
  const env = { SUPABASE_JWT_ISSUER: 'https://parley.example/auth/v1' }
  expect(await person(await signed(key, { iss: env.SUPABASE_JWT_ISSUER }), env)).toBe(ada)
  for (const iss of ['https://evil.example/auth/v1', undefined]) {
    expect(await person(await signed(key, { iss }), env)).toBe(null)
    expect(await person(await withSecret(bindings.SUPABASE_JWT_SECRET!, {}, { iss }), env)).toBe(null)
  }
})

test('[SES3] the keys are fetched once for however many tokens', async () => {
  const [first, second] = [await keyPair('ES256', 'first'), await keyPair('RS256', 'second')]
  await publish(first.jwk, second.jwk)
  const fetches = countFetches()
  const tokens = await Promise.all([first, second, first, second].map(async (key) => await signed(key)))

  for (const token of tokens) expect(await person(token)).toBe(ada)

  expect(fetches()).toBe(1)
})

test('[SES3] a new key counts from its first token on and is fetched once; the one that was retired counts no more', async () => {
  const [old, fresh] = [await keyPair('ES256', 'old'), await keyPair('ES256', 'fresh')]
  await publish(old.jwk)
  const [byOld, byFresh] = [await signed(old), await signed(fresh)]
  const fetches = countFetches()
  expect(await person(byOld)).toBe(ada)

  await publish(old.jwk, fresh.jwk)
  vi.setSystemTime(Date.now() + cooldownMs)
  for (const token of [byFresh, byFresh, byOld]) expect(await person(token)).toBe(ada)
  expect(fetches()).toBe(2)

  await publish(fresh.jwk)
  vi.setSystemTime(Date.now() + keptMs)
  expect(await person(byOld)).toBe(null)
  expect(await person(byFresh)).toBe(ada)
})

test('[SES3] tokens that name keys nobody has make no more fetches than one in half a minute', async () => {
  const key = await keyPair('ES256', 'now')
  await publish(key.jwk)
  const fetches = countFetches()
  for (let i = 0; i < 20; i++) expect(await person(await signed({ ...key, kid: `made up ${i}` }))).toBe(null)
  expect(await person(await signed(key))).toBe(ada)
  expect(fetches()).toBe(1)
})

const ada = '0190b6a6-0000-7000-8000-00000000000a'

/** A key that is not known is asked for again after this long, and all of them after ten minutes. */
const cooldownMs = 31_000
const keptMs = 601_000

interface Key {
  alg: string
  kid: string
  privateKey: CryptoKey
  jwk: JWK
}

async function keyPair(alg: string, kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } }
}

/** Gives the project these public keys. */
async function publish(...keys: JWK[]): Promise<void> {
  await fetch(`${bindings.SUPABASE_URL}/keys`, { method: 'PUT', body: JSON.stringify({ keys }) })
}

/** Whose token it is; null: it does not count. */
async function person(token: string, env: { [K in keyof Env]?: Env[K] | undefined } = {}): Promise<string | null> {
  return (await verifyToken(token, { ...bindings, ...env } as Env))?.me.person.id ?? null
}

function soon(): number {
  return Math.floor(Date.now() / 1_000) + 3_600
}

function base() {
  return { sub: ada, aud: 'authenticated', role: 'authenticated', email: 'ada@example.org' }
}

async function signed({ alg, kid, privateKey }: Key, claims: object = {}): Promise<string> {
  return await made({ alg, kid }, claims, privateKey)
}

async function withSecret(secret: string, header: object = {}, claims: object = {}): Promise<string> {
  const key = new TextEncoder().encode(secret)
  if (key.length > 0) return await made({ alg: 'HS256', ...header }, claims, key)
  return `${part({ alg: 'HS256' })}.${part({ ...base(), exp: soon() })}.AAAA`
}

async function made(header: JWTHeaderParameters, claims: object, key: CryptoKey | Uint8Array): Promise<string> {
  return await new SignJWT({ ...base(), exp: soon(), ...claims }).setProtectedHeader(header).sign(key)
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function countFetches(): () => number {
  const asked = vi.spyOn(globalThis, 'fetch')
  return () => asked.mock.calls.filter(([input]) => new Request(input).url.endsWith('/jwks.json')).length
}
