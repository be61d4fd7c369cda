import type { InboxEnv, MeetingEnv, RoomEnv } from '../durable-objects/env.ts'
import type { Inbox } from '../durable-objects/inbox-object.ts'
import type { Meeting } from '../durable-objects/meeting-object.ts'
import type { Room } from '../durable-objects/room-object.ts'
import type { Tries } from '../durable-objects/tries-object.ts'
import type { RateBinding } from './pace.ts'
import type { Came } from './guest.ts'
import type { Caller } from './session.ts'
import type { Session } from './token.ts'

/** The worker's bindings. */
export interface Env
  extends Omit<RoomEnv & InboxEnv & MeetingEnv, 'ROOM' | 'INBOX' | 'MEETING'>, Record<RateBinding, RateLimit> {
  ROOM: DurableObjectNamespace<Room>
  INBOX: DurableObjectNamespace<Inbox>
  MEETING: DurableObjectNamespace<Meeting>
  TRIES: DurableObjectNamespace<Tries>
  SUPABASE_ANON_KEY: string
  /** Set where access tokens are signed with HS256 (locally); otherwise the project's JWKS verifies them. */
  SUPABASE_JWT_SECRET?: string
  /** When set, access tokens of any other issuer are refused: `https://PROJECT.supabase.co/auth/v1` on a hosted project. */
  SUPABASE_JWT_ISSUER?: string
  /** Where mails are sent, by which key and from whom; without them none is. */
  PARLEY_MAIL_URL?: string
  PARLEY_MAIL_KEY?: string
  PARLEY_MAIL_FROM?: string
  /** Off where measurements and tests send more than people do. */
  PARLEY_RATE_LIMITS?: 'on' | 'off'
  /** LiveKit as browsers reach it. Set together with its keys, or not at all: then no call carries sound. */
  LIVEKIT_URL?: string
  /** LiveKit as the worker reaches it, where that is elsewhere. */
  LIVEKIT_API_URL?: string
  LIVEKIT_API_KEY?: string
  LIVEKIT_API_SECRET?: string
  /** Why LiveKit may be away, in words for people, where whoever started it knows. */
  PARLEY_MEDIA_HINT?: string
  /** The S3 bucket that recordings go to, with its endpoint. Set together with its keys, or not at all: then nothing is recorded. */
  RECORDINGS_URL?: string
  RECORDINGS_REGION?: string
  RECORDINGS_KEY?: string
  RECORDINGS_SECRET?: string
}

/** What a handler finds in Hono's context. */
export interface App {
  Bindings: Env
  Variables: { requestId: string; session: Session; caller: Caller; came: Came; signedHash: string }
}
