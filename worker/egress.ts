import { SignJWT } from 'jose'
import * as z from 'zod/mini'
import { limitedFetch } from '../durable-objects/service-functions.ts'
import type { Env } from './env.ts'
import { livekitOf } from './livekit.ts'
import { ProblemError } from './problem.ts'
import type { RecordingStore } from './recording-store.ts'
import { warn } from '../durable-objects/log.ts'

const Begun = z.object({ egress_id: z.string() })

/**
 * Has LiveKit's egress record a room into the bucket; answers the egress's id. Problems: media_away where there is no LiveKit,
 * recording_away where it has no egress, conflict where nobody is in the room.
 */
export async function startEgress(
  env: Env,
  asked: { room: string; path: string; audioOnly: boolean; store: RecordingStore },
): Promise<string> {
  const { room, path, audioOnly, store } = asked
  const { endpoint, bucket, region, key, secret } = store
  const s3 = { access_key: key, secret, region, endpoint, bucket, force_path_style: true }
  const output = { file_type: 'MP4', filepath: path, s3 }
  const answer = await ask(env, 'StartRoomCompositeEgress', {
    ...{ room_name: room, layout: 'grid', audio_only: audioOnly, file_outputs: [output] },
  })
  const begun = Begun.safeParse(answer)
  if (!begun.success) throw new ProblemError('conflict', 'Nobody is in this meeting now.')
  return begun.data.egress_id
}

/** Ends a recording. One that has ended is ended. Problems: media_away, recording_away. */
export async function stopEgress(env: Env, egress: string): Promise<void> {
  await ask(env, 'StopEgress', { egress_id: egress })
}

async function ask(env: Env, method: string, body: Record<string, unknown>): Promise<unknown> {
  const livekit = livekitOf(env)
  if (!livekit) throw new ProblemError('media_away', 'This Parley has no media server.')
  const token = await new SignJWT({ video: { roomRecord: true } })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(livekit.apiKey)
    .setSubject('parley')
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(livekit.apiSecret))
  const answer = await limitedFetch(`${livekit.apiUrl}/twirp/livekit.Egress/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((error: unknown) => {
    throw new ProblemError('media_away', `The media server did not answer: ${String(error)}`)
  })
  const text = await answer.text()
  if (answer.ok) return JSON.parse(text) as unknown
  // 404: no such room or egress; 412: it has ended. Nothing is left to do there.
  if (answer.status === 404 || answer.status === 412) return null
  warn(`egress: ${method}: ${answer.status} ${text}`)
  throw new ProblemError('recording_away', 'The media server cannot record: no egress service is connected to it.')
}
