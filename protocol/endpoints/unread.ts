import * as z from 'zod/mini'
import { members, people } from '../access.ts'
import { UnreadAudit, UnreadCounts } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { Seq, Uuid } from '../ids.ts'

export const getUnread = endpoint({
  id: 'getUnread',
  method: 'GET',
  path: '/unread',
  summary: 'What you have not read, room by room',
  notes: 'As Postgres counts. `total` is that of all rooms, also of muted ones.',
  auth: 'session',
  access: people,
  pace: 'read',
  answers: { 200: UnreadCounts },
  problems: [],
})

export const auditUnread = endpoint({
  id: 'auditUnread',
  method: 'GET',
  path: '/unread/audit',
  summary: 'Whether everyone who counts agrees on what is unread',
  notes:
    'Counts every room in three ways that share nothing: your inbox, Postgres, and a plain recount of the rows that you may read. It reads all unread rows, so it is for doubts and not for pages.',
  auth: 'session',
  access: people,
  pace: 'costly',
  answers: { 200: UnreadAudit },
  problems: [],
})

export const markRead = endpoint({
  id: 'markRead',
  method: 'POST',
  path: '/rooms/{room}/read',
  summary: 'Say how far you have read',
  notes: 'For those without a socket. A mark only rises; a seq above the last one means everything there is.',
  auth: 'session',
  access: members,
  pace: 'write',
  params: { room: Uuid },
  body: z.object({ seq: Seq }),
  answers: { 204: null },
  problems: ['not_found'],
})

export const markUnread = endpoint({
  id: 'markUnread',
  method: 'POST',
  path: '/rooms/{room}/unread',
  summary: 'Mark the room as unread, from the last message of someone else on',
  notes: 'Your own devices alone hear of it. Where nobody else has written, nothing changes.',
  auth: 'session',
  access: members,
  pace: 'write',
  params: { room: Uuid },
  answers: { 204: null },
  problems: ['not_found'],
})
