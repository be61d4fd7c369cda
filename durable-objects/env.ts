import type { DatabaseKeys } from './outbox/database.ts'

/** Shorter than this, a secret can be guessed. */
const shortest = 32

/** What an object needs from its surroundings. */
export interface RoomEnv extends DatabaseKeys {
  /** 32 random bytes or more, in hex: signs renewal tickets and keys the hashes of messages. */
  PARLEY_SECRET: string
}

/** The secret of a Parley that is set up. What is signed or hashed with an empty one is open to everybody. */
export function secretOf(env: Partial<Pick<RoomEnv, 'PARLEY_SECRET'>>): string {
  const secret = env.PARLEY_SECRET ?? ''
  if (secret.length >= shortest) return secret
  throw new Error(`PARLEY_SECRET is missing or has less than ${shortest} characters: openssl rand -hex 32 makes one`)
}
