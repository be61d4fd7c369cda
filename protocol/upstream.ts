import * as z from 'zod/mini'
import { ClientId, Seq, Uuid } from './ids.ts'
import { limits } from './limits.ts'
import { MessageText } from './text.ts'

/**
 * The first frame on a socket. `since` is the end of the first covered interval that the client holds (0: nothing),
 * `from` the lowest seq it holds, `epoch` the epoch they belong to (null: nothing held).
 */
export const Hello = z.object({
  t: z.literal('hello'),
  v: z.int(),
  epoch: z.nullable(z.int()),
  since: Seq,
  from: Seq,
})
export type Hello = z.infer<typeof Hello>

/** Post a message. The same id posts once, for ever. */
export const Post = z.object({
  t: z.literal('post'),
  id: ClientId,
  text: MessageText,
  replyTo: z.optional(Seq),
  mentions: z.optional(z.array(Uuid).check(z.maxLength(limits.mentions))),
})
export type Post = z.infer<typeof Post>

/** This device has received up to `delivered` and the person has read up to `read`. Both only rise. */
export const Mark = z.object({ t: z.literal('mark'), delivered: Seq, read: Seq })
export type Mark = z.infer<typeof Mark>

/** The person is writing (a lease of 6 s at the receiver), or has stopped. */
export const Typing = z.object({ t: z.literal('typing'), on: z.boolean() })

/** Catch-up: the client has applied everything up to `to`; send the next chunk. */
export const More = z.object({ t: z.literal('more'), to: Seq })
export type More = z.infer<typeof More>

/** A fresh renewal ticket from POST /api/v1/auth/refresh: the socket's session lives on. */
export const Renew = z.object({ t: z.literal('renew'), ticket: z.string().check(z.maxLength(4096)) })

/** What a client says to a room. Beside these, the bare text `ping` is answered with `pong:<head>`. */
export const Upstream = z.discriminatedUnion('t', [Hello, Post, Mark, Typing, More, Renew])
export type Upstream = z.infer<typeof Upstream>
