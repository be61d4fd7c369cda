import * as z from 'zod/mini'
import type { MediaReport } from '../durable-objects/between.ts'
import { Uuid } from '../protocol/ids.ts'
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
      /** What was asked for, which every report of it repeats. */
      roomComposite: z.optional(
        z.object({ fileOutputs: z._default(z.array(z.object({ filepath: z._default(z.string(), '') })), []) }),
      ),
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

/** A report of the media server, and the meeting that it is of; null: of none of ours. Problem: invalid_request. */
export function readMediaReport(body: ArrayBuffer): { meeting: string; report: MediaReport } | null {
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
            ...{
              path: egress.roomComposite?.fileOutputs[0]?.filepath || (file?.filename ?? null),
              bytes: file?.size ?? null,
            },
            durationMs: file?.duration === undefined ? null : Math.round(file.duration / 1e6),
          }
        : null,
    },
  }
}
