import { Hono, type Context } from 'hono'
import { closedSocket } from '../../durable-objects/sockets.ts'
import { upgradeFor } from '../../durable-objects/visitor.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import {
  actInMeeting,
  createMediaToken,
  enterMeeting,
  leaveMeeting,
  openMeetingChat,
  openMeetingSocket,
  raiseHand,
  receiveMediaNews,
} from '../../protocol/endpoints/in-meeting.ts'
import { Uuid } from '../../protocol/ids.ts'
import type { App, Env } from '../env.ts'
import { cameTo, type Came } from '../guest.ts'
import { mediaToken } from '../media-token.ts'
import { readMediaReport } from '../media-report.ts'
import { signedBody } from '../media-signature.ts'
import { entryOf } from '../meeting-entry.ts'
import { inboxObject, meetingObject, roomObject } from '../objects.ts'
import { sameOrigin } from '../origin.ts'
import { ProblemError } from '../problem.ts'
import { noteEgress } from '../recording-news.ts'
import { serve } from '../serve.ts'
import { bearer, deviceBehind } from '../session.ts'

/** What stands before the rule that requests come from our own pages: sockets, which judge it themselves, and the media server. */
export const meetingSockets = new Hono<App>()

serve(meetingSockets, openMeetingSocket, async ({ c, params }) => await upgrade(c, params.meeting, openMeeting))

serve(meetingSockets, openMeetingChat, async ({ c, params }) => await upgrade(c, params.meeting, openChat))

serve(meetingSockets, receiveMediaNews, async ({ c }) => {
  const read = readMediaReport(await signedBody(c))
  if (read?.report.egress) await noteEgress(c.env, read.meeting, read.report.egress)
  else if (read) await meetingObject(c.env, read.meeting).report(read.report)
  return [204]
})

/** What whoever came to a meeting does in it. The meeting itself decides; of those who never came it knows nothing. */
export const inMeeting = new Hono<App>()

serve(inMeeting, enterMeeting, async ({ c, session, params }) => {
  const { person } = session.me
  const way = await entryOf(c.env, { meeting: params.meeting, person: person.id })
  if (!way || way.right === 'none') throw noSuchMeeting()
  const entrant = { id: person.id, person: person.id, device: deviceBehind(c, session), name: person.name }
  const entered = await meetingObject(c.env, params.meeting).enter(entrant, way.right, way.facts, null)
  return [200, { meeting: params.meeting, me: person.id, ...entered }]
})

serve(inMeeting, createMediaToken, async ({ c, came, params }) => {
  const grant = await meetingObject(c.env, params.meeting).grant(came.entrant, came.visitor)
  if (!grant) throw await outside(c, params.meeting, came.entrant.id)
  if (grant === 'media_away') throw mediaAway(c.env)
  // Asked last: a session that ends from here on is one that the meeting has given a place to, and it hears of it.
  if (await isOver(c, params.meeting, came)) throw new ProblemError('sign_in')
  return [200, await mediaToken(c.env, grant, Date.now())]
})

serve(inMeeting, raiseHand, async ({ c, came, params, body }) => {
  const raised = await meetingObject(c.env, params.meeting).raiseHand(came.entrant.id, body.up)
  if (!raised) throw await outside(c, params.meeting, came.entrant.id)
  return [204]
})

serve(inMeeting, leaveMeeting, async ({ c, came, params }) => {
  const { id, device } = came.entrant
  const meeting = meetingObject(c.env, params.meeting)
  if ((await meeting.standingOf(id)) === null) throw noSuchMeeting()
  await meeting.leave(id, device)
  return [204]
})

serve(inMeeting, actInMeeting, async ({ c, session, params, body }) => {
  const { id, name } = session.me.person
  const by = { id, person: id, device: deviceBehind(c, session), name }
  const outcome = await meetingObject(c.env, params.meeting).act(by, body)
  switch (outcome) {
    case 'done':
      return [204]
    case 'forbidden':
      throw new ProblemError('forbidden', 'Hosts of the meeting do this, and nobody does it to them.')
    case 'unknown':
      throw new ProblemError('not_found', 'There is no such meeting for you, or nobody of this id in it.')
    case 'media_away':
      throw mediaAway(c.env)
  }
})

async function upgrade(c: Context<App>, meeting: string, open: typeof openMeeting): Promise<Response> {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    throw new ProblemError('invalid_request', 'This address takes WebSocket upgrades alone.')
  }
  if (bearer(c) === null && !sameOrigin(c)) throw new ProblemError('wrong_origin')
  const came = await cameTo(c, meeting)
  const answer = await opened(c, meeting, came, open)
  if (!answer.webSocket) return answer
  const headers = { 'x-request-id': c.get('requestId') }
  return new Response(null, { status: 101, webSocket: answer.webSocket, headers })
}

async function opened(
  c: Context<App>,
  meeting: string,
  came: Came | null,
  open: typeof openMeeting,
): Promise<Response> {
  if (!came) return closedSocket(closeCodes.signIn, 'Come by a link of the meeting, or sign in.')
  if (!Uuid.safeParse(meeting).success) return closedSocket(closeCodes.notAMember, 'There is no such meeting.')
  if (await isOver(c, meeting, came)) return closedSocket(closeCodes.signIn, 'This session was ended.')
  return await open(c, meeting, came)
}

/** Whether the session of whoever comes was ended. If not, the meeting hears of it when it is; guests have none. */
async function isOver(c: Context<App>, meeting: string, { entrant, visitor }: Came): Promise<boolean> {
  if (entrant.person === null) return false
  return (await inboxObject(c.env, entrant.person).attend(meeting, visitor)) === 'over'
}

async function openMeeting(c: Context<App>, meeting: string, { visitor }: Came): Promise<Response> {
  return await meetingObject(c.env, meeting).fetch(upgradeFor(visitor))
}

/** The cookie alone opens nothing: each time the meeting says whether they may read its chat, and from where on. */
async function openChat(c: Context<App>, meeting: string, { entrant, visitor }: Came): Promise<Response> {
  const pass = await meetingObject(c.env, meeting).chatPass(entrant.id)
  if (!pass) return closedSocket(closeCodes.notAMember, 'You have not been let into this meeting.')
  const guest = { id: entrant.id, name: pass.name, meeting, from: pass.from }
  return await roomObject(c.env, pass.room).fetch(upgradeFor({ guest, expiresAt: visitor.expiresAt }))
}

/** Why someone is not let do what takes being in the meeting. */
async function outside(c: Context<App>, meeting: string, id: string): Promise<ProblemError> {
  const standing = await meetingObject(c.env, meeting).standingOf(id)
  return standing === null ? noSuchMeeting() : new ProblemError('not_admitted')
}

function mediaAway({ PARLEY_MEDIA_HINT: hint }: Env): ProblemError {
  const detail = hint ?? 'The media server did not answer. What was decided holds.'
  return new ProblemError('media_away', detail, { retryAfterMs: 2_000 })
}

function noSuchMeeting(): ProblemError {
  return new ProblemError('not_found', 'There is no such meeting, or you have not come to it.')
}
