import * as z from 'zod/mini'
import type { ChangeAnswer } from '../durable-objects/membership.ts'
import type { MembersChanged } from '../protocol/api.ts'
import { Role } from '../protocol/downstream.ts'
import { limits } from '../protocol/limits.ts'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'
import { asService, databaseAway, dataOf } from './supabase.ts'

/** What became of changes of members. Problems: forbidden, room_full, too_many, not_found, pending, database_away. */
export function changed(answer: ChangeAnswer): MembersChanged {
  switch (answer.outcome) {
    case 'changed':
      return { membersVersion: answer.membersVersion, refused: answer.refused }
    case 'forbidden':
      throw new ProblemError('forbidden', answer.detail)
    case 'full':
      throw roomFull()
    case 'too_many':
      throw new ProblemError('too_many', `One person owns at most ${limits.roomsOwned} rooms.`)
    case 'none':
      throw new ProblemError('not_found', 'This person does not wait to be let in any more.')
    case 'gone':
    case 'not_a_member':
      throw noSuchRoom()
    case 'pending':
      throw new ProblemError('pending')
    case 'away':
      throw databaseAway()
  }
}

export function noSuchRoom(): ProblemError {
  return new ProblemError('not_found', 'There is no such room, or you are not a member of it.')
}

export function roomFull(): ProblemError {
  return new ProblemError('room_full', `A room has at most ${limits.roomMembers} members.`)
}

export function inTooManyRooms(): ProblemError {
  return new ProblemError('too_many', `You can be in ${limits.rooms} rooms. Leave one first.`)
}

/** Why someone was refused who may not do this in a room: to who is no member, there is none. */
export async function forbiddenIn(env: Env, room: string, person: string, detail: string): Promise<ProblemError> {
  const answer = await asService(env).rpc('standing', { p_room_id: room, p_person: person })
  if (answer.error) dataOf(answer)
  const role = z.nullable(Role).parse(answer.data)
  return role === null ? noSuchRoom() : new ProblemError('forbidden', detail)
}
