import { Hono, type Context } from 'hono'
import { AnswerCall, StartCall, type CallNow } from '../../protocol/api.ts'
import { Uuid } from '../../protocol/ids.ts'
import type { LiveCall } from '../../durable-objects/room/call.ts'
import type { App } from '../env.ts'
import { roomObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { readBody, readValue } from '../read.ts'
import { signedIn } from '../session.ts'
import { databaseAway } from '../supabase.ts'

/** A room's calls: at most one is live. */
export const calls = new Hono<App>()
  .get('/rooms/:id/calls', signedIn, async (c) => {
    const answer = await object(c).liveCall(me(c))
    if (typeof answer === 'string') throw unheard(answer)
    return c.json(shown(answer.call))
  })
  .post('/rooms/:id/calls', signedIn, async (c) => {
    const answer = await object(c).startCall(me(c), await readBody(c, StartCall))
    switch (answer.outcome) {
      case 'live':
        return c.json(shown(answer.call), answer.begun ? 201 : 200)
      case 'over':
        return c.json(shown(null))
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
  .delete('/rooms/:id/calls/:call', signedIn, async (c) => {
    return done(c, await object(c).leaveCall(me(c), call(c)))
  })
  .post('/rooms/:id/calls/:call/answer', signedIn, async (c) => {
    const { how } = await readBody(c, AnswerCall)
    return done(c, await object(c).answerCall(me(c), call(c), how))
  })

function object(c: Context<App>) {
  return roomObject(c.env, readValue(c.req.param('id'), Uuid))
}

/** For whom it rings is nobody's business: it does not for who blocks whoever calls. */
function shown(call: LiveCall | null): CallNow {
  if (!call) return { call }
  const { rings: _rings, ...rest } = call
  return { call: rest }
}

function call(c: Context<App>): string {
  return readValue(c.req.param('call'), Uuid)
}

function me(c: Context<App>): string {
  return c.get('session').me.person.id
}

function done(c: Context<App>, answer: 'done' | 'over' | 'gone' | 'away'): Response {
  if (answer === 'done') return c.body(null, 204)
  if (answer === 'over') throw new ProblemError('not_found', 'This call is over.')
  throw unheard(answer)
}

function unheard(answer: 'gone' | 'away'): ProblemError {
  return answer === 'away'
    ? databaseAway()
    : new ProblemError('not_found', 'There is no such room, or you are not a member of it.')
}
