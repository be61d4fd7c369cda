import * as z from 'zod/mini'
import { members } from '../access.ts'
import { ChangesPage, Page, Pins } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { Seq, TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import { Message } from '../message.ts'
import { pageQuery } from '../pages.ts'

/** A seq as it stands in a path or a query. */
const seq = z.coerce.number<string | number>().check(z.int(), z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER))

const room = { room: Uuid }
const message = { room: Uuid, seq: seq.check(z.minimum(1)) }

export const listMessages = endpoint({
  id: 'listMessages',
  method: 'GET',
  path: '/rooms/{room}/messages',
  summary: 'A page of a room’s history',
  notes:
    'The newest messages; or those below `before`, above `after`, or `around` a seq, half of the page before it and half from it on. ' +
    'The page says which seqs it covers: pages that follow each other meet without a hole.',
  auth: 'grace',
  access: members,
  pace: 'read',
  params: room,
  query: {
    before: z.optional(seq.check(z.minimum(1))),
    after: z.optional(seq),
    around: z.optional(seq),
    limit: z._default(
      z.coerce.number<string | number>().check(z.int(), z.minimum(1), z.maximum(limits.pageMost)),
      limits.page,
    ),
  },
  answers: { 200: Page },
  problems: ['not_found'],
})

export const listChanges = endpoint({
  id: 'listChanges',
  method: 'GET',
  path: '/rooms/{room}/changes',
  summary: 'What changed in a room since a seq, for who was away long',
  auth: 'session',
  access: members,
  pace: 'read',
  params: room,
  query: { since: seq, from: seq, seq: z.optional(seq) },
  answers: { 200: ChangesPage },
  problems: ['not_found'],
})

export const listPins = endpoint({
  id: 'listPins',
  method: 'GET',
  path: '/rooms/{room}/pins',
  summary: 'The pinned messages of a room, most recently pinned first',
  auth: 'session',
  access: members,
  pace: 'read',
  params: room,
  answers: { 200: Pins },
  problems: ['not_found'],
})

/** One message, as of a seq. */
export const OneMessage = z.object({ message: Message, asOf: Seq })
export type OneMessage = z.infer<typeof OneMessage>

export const readMessage = endpoint({
  id: 'readMessage',
  method: 'GET',
  path: '/rooms/{room}/messages/{seq}',
  summary: 'One message, by its place',
  notes: 'A deleted message is there, empty. What is no message, or not for this person to read, is not.',
  auth: 'grace',
  access: members,
  pace: 'read',
  params: message,
  answers: { 200: OneMessage },
  problems: ['not_found'],
})

/** How far a message has come with one person. Times are there where they are known: in rooms of few people. */
export const Receipt = z.object({
  person: Uuid,
  name: z.string(),
  delivered: z.boolean(),
  read: z.boolean(),
  deliveredAt: z.nullable(TimeMs),
  readAt: z.nullable(TimeMs),
})
export type Receipt = z.infer<typeof Receipt>

export const MessageInfo = z.object({ receipts: z.array(Receipt) })
export type MessageInfo = z.infer<typeof MessageInfo>

export const readMessageInfo = endpoint({
  id: 'readMessageInfo',
  method: 'GET',
  path: '/rooms/{room}/messages/{seq}/info',
  summary: 'Who got a message, and who has read it',
  notes:
    'Everyone who was a member when it was posted, and still is, but its author. Every member may ask: the room tells them ' +
    'all how far the others have read. In a direct room whose people keep their reading to themselves nobody has `read`.',
  auth: 'session',
  access: members,
  pace: 'read',
  params: message,
  answers: { 200: MessageInfo },
  problems: ['not_found'],
})

/** What a message can hold beside plain words. */
export const SharedKind = z.enum(['image', 'video', 'audio', 'file', 'link'])
export type SharedKind = z.infer<typeof SharedKind>

export const MediaPage = z.object({ items: z.array(Message), next: z.nullable(z.string()), asOf: Seq })
export type MediaPage = z.infer<typeof MediaPage>

export const listMedia = endpoint({
  id: 'listMedia',
  method: 'GET',
  path: '/rooms/{room}/media',
  summary: 'Messages of a room with images, videos, audio, files or links, newest first',
  notes: 'Without `kind`: images and videos.',
  auth: 'session',
  access: members,
  pace: 'read',
  params: room,
  query: { kind: z.optional(SharedKind), ...pageQuery(limits.page, limits.pageMost) },
  answers: { 200: MediaPage },
  problems: ['not_found'],
})
