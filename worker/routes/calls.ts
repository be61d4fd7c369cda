import { Hono } from 'hono'
import type { CallNow } from '../../protocol/api.ts'
import { answerCall, getCall, leaveCall, startCall } from '../../protocol/endpoints/calls.ts'
import type { LiveCall } from '../../durable-objects/room/call.ts'
import type { App, Env } from '../env.ts'
import { startedCall, writeCall } from '../meeting-rows.ts'
import { roomObject } from '../objects.ts'
import { noSuchRoom, ProblemError } from '../problem.ts'
import { serve } from '../serve.ts'
import { databaseAway } from '../supabase.ts'
import { warn } from '../../durable-objects/log.ts'

/** A room's calls: at most one is live. */
export const calls = new Hono<App>()

serve(calls, getCall, async ({ c, session, params }) => {
  const answer = await roomObject(c.env, params.room).liveCall(session.me.person.id)
  if (typeof answer === 'string') throw unheard(answer)
  return [200, shown(answer.call)]
})

serve(calls, startCall, async ({ c, session, params, body }) => {
  const answer = await startedCall(c.env, session.me.person.id, params.room, body)
  if (!answer) return [200, shown(null)]
  await keepRow(c.env, params.room, answer.call)
  return [answer.begun ? 201 : 200, shown(answer.call)]
})

serve(calls, leaveCall, async ({ c, session, params }) => {
  return done(await roomObject(c.env, params.room).leaveCall(session.me.person.id, params.call))
})

serve(calls, answerCall, async ({ c, session, params, body }) => {
  const { room, call: id } = params
  const answer = await roomObject(c.env, room).answerCall(session.me.person.id, id, body.how)
  if (answer === 'done' && body.how === 'accept') {
    const live = await roomObject(c.env, room).liveCall(session.me.person.id)
    if (typeof live !== 'string' && live.call) await keepRow(c.env, room, live.call)
  }
  return done(answer)
})

/** A call is a meeting, which Postgres knows. Without Postgres it rings all the same, and whoever takes it tries again. */
async function keepRow(env: Env, room: string, call: LiveCall): Promise<void> {
  try {
    await writeCall(env, room, call)
  } catch (error) {
    warn(`call ${call.id} has no row: ${String(error)}`)
  }
}

/** For whom it rings is nobody's business: it does not for who blocks whoever calls. */
function shown(call: LiveCall | null): CallNow {
  if (!call) return { call }
  const { rings: _rings, met: _met, emptySince: _since, ...rest } = call
  return { call: rest }
}

function done(answer: 'done' | 'over' | 'gone' | 'away'): [204] {
  if (answer === 'done') return [204]
  if (answer === 'over') throw new ProblemError('not_found', 'This call is over.')
  throw unheard(answer)
}

function unheard(answer: 'gone' | 'away'): ProblemError {
  return answer === 'away' ? databaseAway() : noSuchRoom()
}
