import * as z from 'zod/mini'
import type { LiveCall } from '../durable-objects/room/call.ts'
import type { Media } from '../protocol/events.ts'
import { limits } from '../protocol/limits.ts'
import type { Schedule } from '../protocol/meetings.ts'
import type { Env } from './env.ts'
import { roomObject } from './objects.ts'
import { ProblemError } from './problem.ts'
import { noSuchRoom } from './room-problems.ts'
import { asService, databaseAway, dataOf } from './supabase.ts'

const Made = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['created', 'already']), id: z.string() }),
  z.object({ outcome: z.enum(['taken', 'unknown', 'forbidden', 'too_many']) }),
])

interface Asked {
  id: string
  room?: string | undefined
  media: Media
  schedule?: Schedule | undefined
  [said: string]: unknown
}

/** Writes a meeting down, once for its id. Problems: conflict, not_found, forbidden, too_many, database_away. */
export async function writeMeeting(
  env: Env,
  person: string,
  asked: Asked,
): Promise<{ outcome: 'created' | 'already'; id: string }> {
  const answer = await asService(env).rpc('create_meeting', {
    p_person: person,
    p_asked: JSON.parse(JSON.stringify(asked)),
  })
  const made = Made.parse(dataOf(answer))
  switch (made.outcome) {
    case 'created':
    case 'already':
      return made
    case 'taken':
      throw new ProblemError('conflict', 'This id was used for something else.')
    case 'unknown':
      throw noSuchRoom()
    case 'forbidden':
      throw new ProblemError('forbidden', 'You cannot call the others of this room.')
    case 'too_many':
      throw new ProblemError(
        'too_many',
        `You can plan ${limits.meetingsPlanned} meetings and own ${limits.roomsOwned} rooms.`,
      )
  }
}

/** Starts a room's call; null: it was started once, and is over. Problems: conflict, forbidden, slow_down, not_found, database_away. */
export async function startedCall(
  env: Env,
  person: string,
  room: string,
  asked: { id: string; media: Media },
): Promise<{ call: LiveCall; begun: boolean } | null> {
  const answer = await roomObject(env, room).startCall(person, asked)
  switch (answer.outcome) {
    case 'live':
      return { call: answer.call, begun: answer.begun }
    case 'over':
      return null
    case 'conflict':
      throw new ProblemError('conflict', 'This id was used for something else.')
    case 'forbidden':
      throw new ProblemError('forbidden', answer.detail)
    case 'slow_down':
      throw new ProblemError('slow_down', 'Too many calls at once.', { retryAfterMs: answer.retryAfterMs })
    case 'gone':
      throw noSuchRoom()
    case 'away':
      throw databaseAway()
  }
}

/**
 * Begins a meeting in a room at once: it is the room's call. Where another one is live, that is the answer. Problems: those of
 * startedCall and writeMeeting.
 */
export async function begin(
  env: Env,
  person: string,
  asked: Asked & { room: string },
): Promise<{ meeting: string; made: boolean }> {
  const started = await startedCall(env, person, asked.room, { id: asked.id, media: asked.media })
  if (started && started.call.meeting !== asked.id) {
    await writeCall(env, asked.room, started.call)
    return { meeting: started.call.meeting, made: false }
  }
  const { outcome, id } = await writeMeeting(env, person, asked)
  return { meeting: id, made: outcome === 'created' }
}

/** The row of a room's call. A meeting that repeats wrote its own. Problems: those of writeMeeting. */
export async function writeCall(env: Env, room: string, { id, meeting, media, by }: LiveCall): Promise<void> {
  if (meeting === id) await writeMeeting(env, by, { id, room, media })
}
