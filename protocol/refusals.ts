import * as z from 'zod/mini'

/** Why a command was refused, and so what the client can do about it. */
export const RefusalReason = z.enum([
  /** This id was used before for something else, or by another person. Never retried. */
  'conflict',
  /** Too many commands in too short a time, or slow mode. Retried after retryAfterMs. */
  'slow_down',
  /** The room holds as many unsaved events as it may. Retried after retryAfterMs. */
  'busy',
  /** The frame does not follow the protocol. Never retried. */
  'malformed',
  /** The message it is about does not exist in this room. Never retried. */
  'no_such_message',
  /** The message it is about was deleted or has disappeared. Never retried. */
  'deleted',
  /** The role does not allow it, or the person was silenced. Never retried. */
  'not_allowed',
  /** A deletion can be taken back for a minute; it is over. Never retried. */
  'too_late',
  /** The message is old and the database is away. Retried after retryAfterMs. */
  'history_away',
  /** The room did something wrong itself. Retried after retryAfterMs. */
  'internal',
])
export type RefusalReason = z.infer<typeof RefusalReason>
