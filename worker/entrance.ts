import { pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import * as z from 'zod/mini'
import type { Joined, LinkEnd } from '../protocol/api.ts'
import { TimeMs } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import type { Env } from './env.ts'
import { roomObject } from './objects.ts'
import { ProblemError } from './problem.ts'
import { inTooManyRooms, roomFull } from './room-problems.ts'
import { asService, databaseAway, dataOf } from './supabase.ts'

const Salt = z.nullable(z.object({ salt: z.string(), iterations: z.int() }))

const Guess = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('wrong'), left: z.int() }),
  z.object({ outcome: z.literal('locked'), until: TimeMs }),
  z.object({ outcome: z.enum(['passed', 'open', 'unknown']) }),
])

/** How someone comes in: by a link, or (codeHash null) because the room is public. */
interface Entering {
  room: string
  person: string
  codeHash: string | null
  passcode: string | undefined
  /** What is said to whom the room does not let know of it. */
  unknown(): ProblemError
}

/**
 * Lets someone in through the room, so that it has reached the live sockets when it is answered. Problems: what `unknown`
 * says, link_over, approval_needed, passcode_needed, wrong_passcode, slow_down, room_full, too_many, database_away.
 */
export async function comeIn(env: Env, { room, person, codeHash, passcode, unknown }: Entering): Promise<Joined> {
  const come = async () => await roomObject(env, room).join(person, codeHash, crypto.randomUUID())
  let answer = await come()
  // Asked for first, so that nobody tries words at a room that would not let them in.
  if (answer.outcome === 'passcode' && passcode !== undefined) {
    await guess(env, room, person, passcode)
    answer = await come()
  }
  switch (answer.outcome) {
    case 'joined':
    case 'already':
      return { roomId: room, already: answer.outcome === 'already' }
    case 'unknown':
      throw unknown()
    case 'over':
      throw linkOver(answer.reason)
    case 'approval':
      throw new ProblemError('approval_needed', 'The admins of this room let people in. Ask them.')
    case 'passcode':
      throw new ProblemError('passcode_needed', 'Whoever sent you here knows it.')
    case 'full':
      throw roomFull()
    case 'too_many':
      throw inTooManyRooms()
    case 'away':
      throw databaseAway()
  }
}

/** Why a link opens nothing, to whoever holds it. */
export function linkOver(reason: LinkEnd): ProblemError {
  switch (reason) {
    case 'expired':
      return new ProblemError('link_over', 'It has expired. Ask whoever sent it for a new one.')
    case 'used_up':
      return new ProblemError('link_over', 'As many people have used it as it was made for. Ask for a new one.')
    case 'revoked':
      return new ProblemError('link_over', 'It was withdrawn. Ask whoever sent it for a new one.')
  }
}

/** A passcode as Parley keeps it. */
export async function sealed(passcode: string): Promise<{ salt: string; iterations: number; hash: string }> {
  const salt = randomBytes(16).toString('hex')
  const iterations = limits.passcodeIterations
  return { salt, iterations, hash: await stretched(passcode, salt, iterations) }
}

/** Problems: wrong_passcode, slow_down. */
async function guess(env: Env, room: string, person: string, passcode: string): Promise<void> {
  const service = asService(env)
  await tried(passcode, await service.rpc('passcode_salt', { p_room_id: room }), (hash) =>
    service.rpc('try_passcode', { p_room_id: room, p_person: person, p_hash: hash }),
  )
}

type Answered = Parameters<typeof dataOf<unknown>>[0]

/** One guess at a passcode, by its salt. Problems: wrong_passcode, slow_down, database_away. */
export async function tried(
  passcode: string,
  salt: Answered,
  attempt: (hash: string) => PromiseLike<Answered>,
): Promise<void> {
  if (salt.error) dataOf(salt)
  const kept = Salt.parse(salt.data)
  if (!kept) return
  const outcome = Guess.parse(dataOf(await attempt(await stretched(passcode, kept.salt, kept.iterations))))
  switch (outcome.outcome) {
    case 'passed':
    case 'open':
    case 'unknown':
      return
    case 'wrong':
      throw new ProblemError(
        'wrong_passcode',
        `${outcome.left} more ${outcome.left === 1 ? 'try' : 'tries'}, then a pause.`,
      )
    case 'locked':
      throw new ProblemError('slow_down', 'Too many wrong passcodes. Try again later.', {
        retryAfterMs: Math.max(1_000, outcome.until - Date.now()),
      })
  }
}

const derive = promisify(pbkdf2)

async function stretched(passcode: string, salt: string, iterations: number): Promise<string> {
  const key = await derive(passcode.normalize('NFKC'), Buffer.from(salt, 'hex'), iterations, 32, 'sha256')
  return key.toString('hex')
}
