import * as z from 'zod/mini'
import { members, people } from '../access.ts'
import { SocketTicket } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { Uuid } from '../ids.ts'

const closes =
  'A page cannot see a refused handshake, so whoever may not enter is let in and closed with a code that says why: 4401 sign in, 4403 not a member, 4426 client too old, 4429 slow down. For a cookie with our own `Origin`, a bearer token, or the subprotocols `parley` and `parley.ticket.<ticket>`.'

export const openRoomSocket = endpoint({
  id: 'openRoomSocket',
  method: 'GET',
  path: '/rooms/{room}/socket',
  summary: "The room's live socket",
  notes: closes,
  auth: 'grace',
  access: members,
  pace: 'read',
  // What is no room's id is closed like a room that one is no member of.
  params: { room: z.string() },
  answers: { 101: null },
  problems: ['wrong_origin'],
})

export const openInboxSocket = endpoint({
  id: 'openInboxSocket',
  method: 'GET',
  path: '/inbox/socket',
  summary: "The live socket of one's own inbox",
  notes: closes,
  auth: 'grace',
  access: people,
  pace: 'read',
  answers: { 101: null },
  problems: ['wrong_origin', 'invalid_request'],
})

const ticketNotes =
  "For a page of another origin, which has no cookie of ours: the embedder's own server asks, with the person's bearer token. Good for 30 s and for one socket, where membership is judged."

export const createRoomTicket = endpoint({
  id: 'createRoomTicket',
  method: 'POST',
  path: '/rooms/{room}/ticket',
  summary: "A ticket for the room's socket",
  notes: ticketNotes,
  auth: 'session',
  access: people,
  pace: 'write',
  params: { room: Uuid },
  answers: { 201: SocketTicket },
  problems: [],
})

export const createInboxTicket = endpoint({
  id: 'createInboxTicket',
  method: 'POST',
  path: '/inbox/ticket',
  summary: "A ticket for the inbox's socket",
  notes: ticketNotes,
  auth: 'session',
  access: people,
  pace: 'write',
  answers: { 201: SocketTicket },
  problems: [],
})
