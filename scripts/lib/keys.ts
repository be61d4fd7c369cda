import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Advice } from './advice.ts'

/**
 * Every secret of a local system. `anonKey` and `serviceKey` are HS256 JWTs signed with `jwtSecret`, as on a hosted
 * project; `parleySecret` is 32 random bytes in hex.
 */
export type Keys = {
  anonKey: string
  serviceKey: string
  jwtSecret: string
  parleySecret: string
  postgresPassword: string
  litePassword: string
  livekitKey: string
  livekitSecret: string
}

/** The keys of a data folder, made at its first start and kept in keys.json for this user's eyes alone. */
export function keysOf(dataDir: string): Keys {
  const file = join(dataDir, 'keys.json')
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 })
    write(file, newKeys())
  }
  const keys: Partial<Keys> = JSON.parse(readFileSync(file, 'utf8'))
  const missing = names.filter((name) => typeof keys[name] !== 'string')
  if (missing.length > 0) throw new Advice(`${file} lacks ${missing.join(', ')}: restore it, or remove ${dataDir}.`)
  if (keys.livekitKey && keys.livekitSecret) return keys as Keys
  // A folder of before there were meetings. Nothing is locked with these, so new ones do.
  const whole = { ...(keys as Keys), ...newLiveKitKeys() }
  write(file, whole)
  return whole
}

// Whole or not at all: half a file would lock the database for ever.
function write(file: string, keys: Keys): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

const names = ['anonKey', 'serviceKey', 'jwtSecret', 'parleySecret', 'postgresPassword', 'litePassword'] as const

function newKeys(): Keys {
  const jwtSecret = random()
  return {
    anonKey: key('anon', jwtSecret),
    serviceKey: key('service_role', jwtSecret),
    jwtSecret,
    parleySecret: randomBytes(32).toString('hex'),
    postgresPassword: random(),
    litePassword: random(),
    ...newLiveKitKeys(),
  }
}

function newLiveKitKeys(): Pick<Keys, 'livekitKey' | 'livekitSecret'> {
  return { livekitKey: `API${randomBytes(6).toString('hex')}`, livekitSecret: random() }
}

function random(): string {
  return randomBytes(32).toString('base64url')
}

function key(role: string, secret: string): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  const tenYears = 315_360_000
  const claims = { iss: 'parley', role, iat: issuedAt, exp: issuedAt + tenYears }
  const body = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
}
