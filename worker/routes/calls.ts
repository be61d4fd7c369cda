import { Hono } from 'hono'
import type { CallNow } from '../../protocol/api.ts'
import { answerCall, getCall, leaveCall, startCall } from '../../protocol/endpoints/calls.ts'
import type { LiveCall } from '../../durable-objects/room/call.ts'
import type { App } from '../env.ts'
import { roomObject } from '../objects.ts'
import { noSuchRoom, ProblemError } from '../problem.ts'
import { serve } from '../serve.ts'
import { databaseAway } from '../supabase.ts'

/** A room's calls: at most one is live. */
export const calls = new Hono<App>()

serve(calls, getCall, async ({ c, session, params }) => {
  const answer = await roomObject(c.env, params.room).liveCall(session.me.person.id)
  if (typeof answer === 'string') throw unheard(answer)
  return [200, shown(answer.call)]
})

serve(calls, startCall, async ({ c, session, params, body }) => {
  const answer = await roomObject(c.env, params.room).startCall(session.me.person.id, body)
  switch (answer.outcome) {
    case 'live':
      return [answer.begun ? 201 : 200, shown(answer.call)]
    case 'over':
      return [200, shown(null)]
    case 'conflict':
      throw new ProblemError('conflict', 'This id was used for something else.')
    case 'forbidden':
      throw new ProblemError('forbidden', answer.detail)
    case 'slow_down':
      throw new ProblemError('slow_down', 'Too many calls at once.', { retryAfterMs: answer.retryAfterMs })
    case 'gone':
    case 'away':
      throw unheard(answer.outcome)
  }
})

serve(calls, leaveCall, async ({ c, session, params }) => {
  return done(await roomObject(c.env, params.room).leaveCall(session.me.person.id, params.call))
})

serve(calls, answerCall, async ({ c, session, params, body }) => {
  return done(await roomObject(c.env, params.room).answerCall(session.me.person.id, params.call, body.how))
})

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
