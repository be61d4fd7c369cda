import * as z from 'zod/mini'
import type { MediaReport } from '../durable-objects/between.ts'
import { Recording } from '../protocol/endpoints/recordings.ts'
import { Uuid } from '../protocol/ids.ts'
import { stopEgress } from './egress.ts'
import type { Env } from './env.ts'
import { meetingObject } from './objects.ts'
import { asService, dataOf } from './supabase.ts'

type Status = Recording['status']

/** What the media server calls its states. */
const statuses: Readonly<Record<string, Status>> = {
  EGRESS_STARTING: 'starting',
  EGRESS_ACTIVE: 'active',
  EGRESS_ENDING: 'processing',
  EGRESS_COMPLETE: 'completed',
  // It was recorded up to the limit.
  EGRESS_LIMIT_REACHED: 'completed',
  EGRESS_FAILED: 'failed',
  EGRESS_ABORTED: 'aborted',
}

/** What has become of a recording: by its own id, or by the egress's. */
interface News {
  recording?: string
  egress?: string
  status: Status
  error?: string | null
  bytes?: number | null
  durationMs?: number | null
}

/** Writes down what became of a recording, and tells everyone in the meeting whether one runs. Problem: database_away. */
export async function noteRecording(env: Env, meeting: string, news: News): Promise<void> {
  const { recording, egress, status, error, bytes, durationMs } = news
  const answer = await asService(env).rpc('note_recording', {
    // The generated types know no null here.
    ...{ p_meeting: meeting, p_recording: (recording ?? null) as string, p_egress: (egress ?? null) as string },
    ...{ p_status: status, ...(error && { p_error: error }) },
    ...(typeof bytes === 'number' && { p_bytes: bytes }),
    ...(typeof durationMs === 'number' && { p_duration_ms: durationMs }),
  })
  if (answer.error) dataOf(answer)
  const running = z.nullable(Recording).parse(answer.data)
  const { id = '', status: now = 'starting', startedBy = null } = running ?? {}
  const open = running && (now === 'starting' || now === 'active')
  await meetingObject(env, meeting).recordingNow(open ? { id, status: now, by: startedBy?.name ?? null } : null)
}

/** What the media server reports of a recording. Problem: database_away: it reports again. */
export async function noteEgress(env: Env, meeting: string, egress: NonNullable<MediaReport['egress']>): Promise<void> {
  const { id, error, bytes, durationMs } = egress
  const status = statuses[egress.status] ?? 'starting'
  const recording = recordingIn(egress.path)
  await noteRecording(env, meeting, { ...(recording && { recording }), egress: id, status, error, bytes, durationMs })
  if (!recording || (status !== 'starting' && status !== 'active')) return
  const known = await asService(env).rpc('recording_goes_on', { p_meeting: meeting, p_recording: recording })
  // Its meeting is gone, or it was given up before the media server spoke of it: nobody would be told that it goes on.
  if (!z.boolean().parse(dataOf(known))) await stopEgress(env, id)
}

/** Which recording a file is of: its name is the recording's id. */
function recordingIn(path: string | null): string | null {
  const named = Uuid.safeParse(/([^/]+)\.mp4$/.exec(path ?? '')?.[1])
  return named.success ? named.data : null
}
