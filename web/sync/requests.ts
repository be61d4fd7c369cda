import type * as z from 'zod/mini'
import { Problem } from '../../protocol/problems.ts'
import { NetworkError, ProblemError } from './problem-error.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Sends one request under /api/v1 and reads its answer. Throws ProblemError or NetworkError, nothing else. */
export type Send = <S extends z.ZodMiniType>(
  method: Method,
  path: string,
  schema: S | null,
  body?: unknown,
  /** Ends it before there is an answer. */
  signal?: AbortSignal,
) => Promise<z.infer<S>>

// Longer than the server's own patience with its database, so that its answer says what is wrong.
const withinMs = 20_000

/** Sends over fetch. `origin` is empty on the page itself. */
export function createSend(fetch: typeof globalThis.fetch, origin = ''): Send {
  return async (method, path, schema, body, signal) => {
    const response = await reach(() =>
      fetch(`${origin}/api/v1/${path}`, {
        method,
        credentials: 'same-origin',
        signal: AbortSignal.any([AbortSignal.timeout(withinMs), ...(signal ? [signal] : [])]),
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      }),
    )
    if (response.ok && (schema === null || response.status === 204)) return undefined as never
    const answer: unknown = await reach(() => response.json())
    if (!response.ok) throw refusal(answer, response.status)
    const read = schema!.safeParse(answer)
    if (!read.success) throw new NetworkError(read.error)
    return read.data
  }
}

async function reach<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (error) {
    throw new NetworkError(error)
  }
}

function refusal(answer: unknown, status: number): Error {
  const problem = Problem.safeParse(answer)
  // Something between this page and Parley answered.
  return problem.success
    ? new ProblemError(problem.data)
    : new NetworkError(new Error(`Status ${status} without a problem`))
}
