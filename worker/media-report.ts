import { errors, jwtVerify } from 'jose'
import * as z from 'zod/mini'
import type { MediaReport } from '../durable-objects/between.ts'
import { Uuid } from '../protocol/ids.ts'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'

// protojson writes 64-bit numbers as strings.
const Count = z.pipe(
  z.union([z.string(), z.number()]),
  z.transform((value) => Number(value)),
)
const Room = z.object({ name: z.string() })
const Event = z.object({
  ...{ event: z.string(), id: z.string(), createdAt: Count },
  room: z.optional(Room),
  participant: z.optional(z.object({ identity: z._default(z.string(), ''), sid: z._default(z.string(), '') })),
  egressInfo: z.optional(
    z.object({
      ...{
        egressId: z.string(),
        roomName: z._default(z.string(), ''),
        status: z._default(z.string(), 'EGRESS_STARTING'),
      },
      error: z.optional(z.string()),
      fileResults: z._default(
        z.array(
          z.object({
            filename: z.optional(z.string()),
            size: z.optional(Count),
            /** Nanoseconds. */
            duration: z.optional(Count),
          }),
        ),
        [],
      ),
    }),
  ),
})

/** A report of the media server, and the meeting that it is of; null: of none of ours. Problems: forbidden, invalid_request. */
export async function readMediaReport(
  env: Env,
  authorization: string | undefined,
  body: ArrayBuffer,
): Promise<{ meeting: string; report: MediaReport } | null> {
  await verify(env, authorization, body)
  let event: z.infer<typeof Event>
  try {
    event = Event.parse(JSON.parse(new TextDecoder().decode(body)))
  } catch {
    throw new ProblemError('invalid_request', 'This is no report of a media server.')
  }
  const { event: kind, id, createdAt, room, participant, egressInfo: egress } = event
  const name = room?.name || egress?.roomName || ''
  const meeting = Uuid.safeParse(name.replace(/^m_/, ''))
  if (!name.startsWith('m_') || !meeting.success) return null
  const file = egress?.fileResults[0]
  return {
    meeting: meeting.data,
    report: {
      ...{ id, kind, at: createdAt * 1_000, identity: participant?.identity || null, sid: participant?.sid || null },
      egress: egress
        ? {
            ...{ id: egress.egressId, status: egress.status, error: egress.error || null },
            ...{ path: file?.filename ?? null, bytes: file?.size ?? null },
            durationMs: file?.duration === undefined ? null : Math.round(file.duration / 1e6),
          }
        : null,
    },
  }
}

/** Signed with the API key, and so is the hash of the body: neither can be another one's. Problem: forbidden. */
async function verify(env: Env, authorization: string | undefined, body: ArrayBuffer): Promise<void> {
  const { LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = env
  const token = (authorization ?? '').replace(/^Bearer /i, '')
  if (!key || !secret || token === '') throw refused()
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), { issuer: key, algorithms: ['HS256'] })
    if (payload['sha256'] !== btoa(String.fromCharCode(...hash))) throw refused()
  } catch (error) {
    if (error instanceof errors.JOSEError) throw refused()
    throw error
  }
}

function refused(): ProblemError {
  return new ProblemError('forbidden', 'This is not signed by the media server.')
}
