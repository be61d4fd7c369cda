import { Hono } from 'hono'
import * as z from 'zod/mini'
import { RefusedPeople } from '../../protocol/api.ts'
import {
  AuditRecord,
  changeRoom,
  createRoom,
  deleteRoom,
  getRoom,
  handOverRoom,
  listRoomAudit,
  listRooms,
  openDirect,
  RoomDetails,
  type ChangeRoom,
} from '../../protocol/endpoints/rooms.ts'
import { limits } from '../../protocol/limits.ts'
import { placeOf } from '../cursor.ts'
import type { App, Env } from '../env.ts'
import { inboxObject, roomObject } from '../objects.ts'
import { pageFrom } from '../list.ts'
import { ProblemError } from '../problem.ts'
import { newRoomSummary, roomSummaries } from '../room-list.ts'
import { changed, forbiddenIn, inTooManyRooms, noSuchRoom } from '../room-problems.ts'
import { serve } from '../serve.ts'
import { asPerson, asService, databaseAway, dataOf } from '../supabase.ts'

const Group = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['created', 'already']), name: z.string(), refused: RefusedPeople }),
  z.object({ outcome: z.enum(['taken', 'full', 'too_many']) }),
])

const Direct = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('open'), roomId: z.string() }),
  z.object({ outcome: z.enum(['self', 'unknown', 'too_many']) }),
])

/** Rooms themselves: making, finding, changing and deleting them. */
export const rooms = new Hono<App>()

serve(rooms, listRooms, async ({ c, session }) => {
  return [200, { rooms: await roomSummaries(asPerson(c.env, session.token), session.me.person.id) }]
})

serve(rooms, createRoom, async ({ c, session, body }) => {
  const me = session.me.person.id
  const members = body.members ?? []
  const made = Group.parse(
    dataOf(
      await asService(c.env).rpc('create_group', {
        ...{ p_room_id: body.id, p_name: body.name, p_owner: me, p_members: members },
        ...(body.description !== undefined && { p_description: body.description }),
        ...(body.visibility !== undefined && { p_visibility: body.visibility }),
        ...(body.joinPolicy !== undefined && { p_join_policy: body.joinPolicy }),
        ...(body.history !== undefined && { p_history: body.history }),
      }),
    ),
  )
  switch (made.outcome) {
    case 'created':
    case 'already':
      break
    case 'taken':
      throw idTaken()
    case 'full':
      throw new ProblemError('invalid_request', `A room has at most ${limits.roomMembers} members.`)
    case 'too_many':
      throw new ProblemError('too_many', `You can own ${limits.roomsOwned} rooms and be in ${limits.rooms}.`)
  }
  const room = await newRoomSummary(asPerson(c.env, session.token), me, body.id)
  if (!room || made.name !== body.name) throw idTaken()
  const refused = new Set(made.refused.map(({ person }) => person))
  await tellInboxes(c.env, [me, ...members.filter((person) => !refused.has(person))])
  return [made.outcome === 'created' ? 201 : 200, { room, refused: made.refused }]
})

serve(rooms, openDirect, async ({ c, session, body: { person } }) => {
  const me = session.me.person.id
  const answer = await asService(c.env).rpc('open_direct', { p_person: me, p_other: person })
  const opened = Direct.parse(dataOf(answer))
  switch (opened.outcome) {
    case 'open':
      await tellInboxes(c.env, [me, person])
      return [200, { room: opened.roomId }]
    case 'self':
      throw new ProblemError('invalid_request', 'A direct room needs another person.')
    case 'unknown':
      throw new ProblemError('not_found', 'This person is not here, or cannot be reached.')
    case 'too_many':
      throw inTooManyRooms()
  }
})

serve(rooms, getRoom, async ({ c, session, params }) => {
  return [200, await details(c.env, params.room, session.me.person.id)]
})

serve(rooms, changeRoom, async ({ c, session, params, body }) => {
  const me = session.me.person.id
  const { visibility, joinPolicy, history, ...facts } = body
  if (visibility !== undefined || joinPolicy !== undefined || history !== undefined) {
    const answer = await asService(c.env).rpc('change_entry', {
      ...{ p_room_id: params.room, p_by: me },
      ...(visibility !== undefined && { p_visibility: visibility }),
      ...(joinPolicy !== undefined && { p_join_policy: joinPolicy }),
      ...(history !== undefined && { p_history: history }),
    })
    if (z.object({ outcome: z.string() }).parse(dataOf(answer)).outcome === 'forbidden') {
      throw await forbiddenIn(c.env, params.room, me, notYours)
    }
  }
  await changeFacts(c.env, params.room, me, facts)
  return [200, await details(c.env, params.room, me)]
})

serve(rooms, deleteRoom, async ({ c, session, params }) => {
  switch (await roomObject(c.env, params.room).delete(session.me.person.id)) {
    case 'deleted':
      return [204]
    case 'forbidden':
      throw new ProblemError('forbidden', 'Only the owner deletes a group.')
    case 'gone':
      throw noSuchRoom()
    case 'pending':
      throw new ProblemError('pending')
    case 'away':
      throw databaseAway()
  }
})

serve(rooms, handOverRoom, async ({ c, session, params, body: { command, to } }) => {
  return [200, changed(await roomObject(c.env, params.room).handOver(session.me.person.id, command, to))]
})

serve(rooms, listRoomAudit, async ({ c, session, params, query }) => {
  const me = session.me.person.id
  const after = placeOf(query.cursor, z.int())
  const answer = await asService(c.env).rpc('audit_of', {
    ...{ p_room_id: params.room, p_by: me, p_limit: query.limit },
    ...(after !== null && { p_after: after }),
  })
  if (answer.data === null && !answer.error) throw await forbiddenIn(c.env, params.room, me, notYours)
  return [200, pageFrom(dataOf(answer), AuditRecord)]
})

const notYours = 'Only owners and admins of a group do this.'

function idTaken(): ProblemError {
  return new ProblemError('conflict', 'This room id is taken. Make another one.')
}

/** A room that has not woken tells nobody's devices of itself. An inbox that cannot read now does so when it can. */
async function tellInboxes(env: Env, people: string[]): Promise<void> {
  await Promise.allSettled([...new Set(people)].map((person) => inboxObject(env, person).reload()))
}

/** What the room itself decides, so that everyone in it hears of it. */
async function changeFacts(
  env: Env,
  room: string,
  by: string,
  facts: Omit<ChangeRoom, 'visibility' | 'joinPolicy' | 'history'>,
) {
  const { command, ...what } = facts
  if (Object.keys(what).length === 0) return
  const answer = await roomObject(env, room).change(by, { t: 'change', id: command, ...what })
  switch (answer.kind) {
    case 'changed':
      return
    case 'gone':
      throw noSuchRoom()
    case 'away':
      throw databaseAway()
    case 'refuse':
      switch (answer.reason) {
        case 'conflict':
          throw new ProblemError('conflict', answer.detail)
        case 'slow_down':
          throw new ProblemError('slow_down', answer.detail, { retryAfterMs: answer.retryAfterMs ?? 1_000 })
        case 'busy':
          throw databaseAway()
        default:
          throw new ProblemError('forbidden', answer.detail)
      }
  }
}

/** A room as this person finds it: what it says of itself has the room, the rest Postgres. Problem: not_found. */
async function details(env: Env, room: string, person: string): Promise<RoomDetails> {
  const answer = await asService(env).rpc('room_card', { p_room_id: room, p_person: person })
  if (answer.error) dataOf(answer)
  const card = z.nullable(RoomDetails).parse(answer.data)
  if (!card) throw noSuchRoom()
  if (card.role === null) return card
  const live = await roomObject(env, room).facts(person)
  // Where the room cannot say, Postgres' word stands.
  return typeof live === 'string' ? card : { ...card, ...live.facts, memberCount: live.memberCount }
}
