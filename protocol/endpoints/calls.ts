import { members } from '../access.ts'
import { AnswerCall, CallNow, StartCall } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { Uuid } from '../ids.ts'

export const getCall = endpoint({
  id: 'getCall',
  method: 'GET',
  path: '/rooms/{room}/calls',
  summary: "The room's live call",
  auth: 'session',
  access: members,
  pace: 'read',
  params: { room: Uuid },
  answers: { 200: CallNow },
  problems: ['not_found'],
})

export const startCall = endpoint({
  id: 'startCall',
  method: 'POST',
  path: '/rooms/{room}/calls',
  summary: 'Start a call',
  notes:
    'Rings for the others in a direct room or a small group. A call that is live already is the answer; the same id starts one call, for ever, and a repeat after it has ended is answered with null.',
  auth: 'session',
  access: members,
  pace: 'write',
  params: { room: Uuid },
  body: StartCall,
  answers: { 200: CallNow, 201: CallNow },
  problems: ['not_found', 'forbidden', 'conflict'],
})

export const leaveCall = endpoint({
  id: 'leaveCall',
  method: 'DELETE',
  path: '/rooms/{room}/calls/{call}',
  summary: 'Leave a call, or take it back while it rings',
  auth: 'session',
  access: members,
  pace: 'write',
  params: { room: Uuid, call: Uuid },
  answers: { 204: null },
  problems: ['not_found'],
})

export const answerCall = endpoint({
  id: 'answerCall',
  method: 'POST',
  path: '/rooms/{room}/calls/{call}/answer',
  summary: 'Take or decline a call',
  auth: 'session',
  access: members,
  pace: 'write',
  params: { room: Uuid, call: Uuid },
  body: AnswerCall,
  answers: { 204: null },
  problems: ['not_found'],
})
