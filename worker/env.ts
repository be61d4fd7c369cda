import type { Room } from '../durable-objects/room-object.ts'
import type { RoomEnv } from '../durable-objects/env.ts'
import type { Caller } from './session.ts'
import type { Session } from './token.ts'

/** The worker's bindings. */
export interface Env extends RoomEnv {
  ROOM: DurableObjectNamespace<Room>
  SUPABASE_ANON_KEY: string
  /** Set where access tokens are signed with HS256 (locally); otherwise the project's JWKS verifies them. */
  SUPABASE_JWT_SECRET?: string
}

/** What a handler finds in Hono's context. */
export interface App {
  Bindings: Env
  Variables: { requestId: string; session: Session; caller: Caller }
}
