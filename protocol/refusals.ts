import * as z from 'zod/mini'

/** Why a command was refused, and so what the client can do about it. */
export const RefusalReason = z.enum([
  /** This id was posted before with another text or by another person. Never retried. */
  'conflict',
  /** Too many messages in too short a time. Retried after retryAfterMs. */
  'slow_down',
  /** The room holds as many unsaved events as it may. Retried after retryAfterMs. */
  'busy',
  /** The frame does not follow the protocol. Never retried. */
  'malformed',
  /** The message it replies to does not exist in this room. Never retried. */
  'no_such_message',
  /** The room did something wrong itself. Retried after retryAfterMs. */
  'internal',
])
export type RefusalReason = z.infer<typeof RefusalReason>
