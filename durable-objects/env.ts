import type { DatabaseKeys } from './outbox/database.ts'

/** What an object needs from its surroundings. */
export interface RoomEnv extends DatabaseKeys {
  /** 32 random bytes or more, in hex: signs renewal tickets and keys the hashes of messages. */
  PARLEY_SECRET: string
}
