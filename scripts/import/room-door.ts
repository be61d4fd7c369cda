import * as z from 'zod/mini'
import { Imported } from '../../protocol/api.ts'
import type { ImportBatch } from '../../protocol/api.ts'
import { kindOf, Problem } from '../../protocol/problems.ts'
import type { ProblemKind } from '../../protocol/problems.ts'

/** What the server made of one batch. `away` and `busy` may be tried again. */
export type Answer =
  | { state: 'taken'; imported: Imported }
  | { state: 'away'; detail: string }
  | { state: 'busy'; retryAfterMs: number | null; detail: string }
  | { state: 'refused'; kind: ProblemKind; status: number; detail: string }

/** Where the batches go: the page's address, the service key, the room. */
export type Door = { server: string; serviceKey: string; roomId: string }

// 60 s: a room that has to wake and rebuild answers well within it.
const patienceMs = 60_000

/** Whether a server answers at this address at all. */
export async function isOpen(server: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/api/v1/health', server), { signal: AbortSignal.timeout(patienceMs) })
    await response.body?.cancel()
    return true
  } catch {
    return false
  }
}

/** Hand one batch to the room. Never throws: what went wrong is in the answer. */
export async function hand({ server, serviceKey, roomId }: Door, batch: ImportBatch): Promise<Answer> {
  try {
    const response = await fetch(new URL(`/api/v1/rooms/${roomId}/import`, server), {
      method: 'POST',
      headers: { authorization: `Bearer ${serviceKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(batch),
      signal: AbortSignal.timeout(patienceMs),
    })
    return answerOf(response, await response.text())
  } catch (error) {
    return { state: 'away', detail: reasonOf(error) }
  }
}

function answerOf(response: Response, body: string): Answer {
  const value = jsonOf(body)
  if (response.ok) {
    const imported = z.safeParse(Imported, value)
    if (imported.success) return { state: 'taken', imported: imported.data }
    return { state: 'refused', kind: 'internal', status: response.status, detail: 'The answer is not one of Parley' }
  }
  const problem = z.safeParse(Problem, value)
  const detail = problem.success ? (problem.data.detail ?? problem.data.title) : response.statusText
  if (response.status === 429 || response.status === 503) {
    return { state: 'busy', retryAfterMs: retryAfter(problem.data, response), detail }
  }
  // A gateway's 502 or 504 says nothing of the batch: it may have arrived or not, and may be sent again.
  if (response.status === 502 || response.status === 504) return { state: 'away', detail }
  const kind = problem.success ? kindOf(problem.data) : response.status === 404 ? 'not_found' : 'internal'
  return { state: 'refused', kind, status: response.status, detail }
}

function retryAfter(problem: Problem | undefined, response: Response): number | null {
  if (problem?.retryAfterMs !== undefined) return problem.retryAfterMs
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds * 1_000 : null
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message
}
