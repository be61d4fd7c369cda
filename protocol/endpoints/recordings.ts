import * as z from 'zod/mini'
import { people } from '../access.ts'
import { endpoint } from '../endpoint.ts'
import { TimeMs, Uuid } from '../ids.ts'

const meeting = { meeting: Uuid }
const recording = { ...meeting, recording: Uuid }
const seen = { ...people, outsider: 'not_found', banned: 'not_found' } as const
const hosts = { ...seen, member: 'forbidden', moderator: 'forbidden' } as const

export const Recording = z.object({
  id: Uuid,
  status: z.enum(['starting', 'active', 'processing', 'completed', 'failed', 'aborted']),
  startedBy: z.nullable(z.object({ person: Uuid, name: z.string() })),
  startedAt: TimeMs,
  completedAt: z.nullable(TimeMs),
  durationMs: z.nullable(z.int()),
  sizeBytes: z.nullable(z.int()),
  mime: z.nullable(z.string()),
  /** Why it failed, in words. */
  error: z.nullable(z.string()),
})
export type Recording = z.infer<typeof Recording>

export const startRecording = endpoint({
  id: 'startRecording',
  method: 'POST',
  path: '/meetings/{meeting}/recordings',
  summary: 'Record a meeting',
  notes:
    'Everyone in it is told. Who may is set for each meeting. One recording runs at a time: while one does, it is the answer.',
  auth: 'session',
  access: hosts,
  pace: 'costly',
  params: meeting,
  answers: { 200: Recording, 201: Recording },
  problems: ['not_found', 'forbidden', 'conflict', 'recording_away', 'media_away'],
})

export const stopRecording = endpoint({
  id: 'stopRecording',
  method: 'POST',
  path: '/meetings/{meeting}/recordings/{recording}/stop',
  summary: 'Stop a recording',
  auth: 'session',
  access: hosts,
  pace: 'write',
  params: recording,
  answers: { 200: Recording },
  problems: ['not_found', 'forbidden', 'media_away'],
})

export const listRecordings = endpoint({
  id: 'listRecordings',
  method: 'GET',
  path: '/meetings/{meeting}/recordings',
  summary: 'The recordings of a meeting, newest first',
  auth: 'session',
  access: seen,
  pace: 'read',
  params: meeting,
  answers: { 200: z.object({ items: z.array(Recording), available: z.boolean() }) },
  problems: ['not_found'],
})

export const playRecording = endpoint({
  id: 'playRecording',
  method: 'GET',
  path: '/meetings/{meeting}/recordings/{recording}/file',
  summary: 'Play a recording',
  notes: 'The file itself, in ranges where a player asks for them.',
  auth: 'session',
  access: seen,
  pace: 'read',
  params: recording,
  answers: { 200: z.string() },
  media: 'video/mp4',
  problems: ['not_found', 'recording_away'],
})

export const deleteRecording = endpoint({
  id: 'deleteRecording',
  method: 'DELETE',
  path: '/meetings/{meeting}/recordings/{recording}',
  summary: 'Delete a recording',
  notes: 'The file goes with it.',
  auth: 'session',
  access: hosts,
  pace: 'write',
  params: recording,
  answers: { 204: null },
  problems: ['not_found', 'forbidden', 'recording_away'],
})
