import * as z from 'zod/mini'
import type { Answer, Endpoint, Request } from '../../protocol/endpoint.ts'
import type { Send } from './requests.ts'

/** Calls an endpoint by what protocol/endpoints says of it. Throws ProblemError or NetworkError. */
export type Call = <const E extends Endpoint>(
  endpoint: E,
  request: Request<E>,
  signal?: AbortSignal,
) => Promise<Answer<E>>

/** What a request may be made of, whatever its endpoint. */
interface Parts {
  params?: Record<string, string>
  query?: Record<string, string | number | boolean | undefined>
  body?: unknown
}

export function createCall(send: Send): Call {
  return async (endpoint, request, signal) => {
    const { params = {}, query = {}, body } = request as Parts
    const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
    const pairs = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))
    const search = pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''
    const bodies = Object.values(endpoint.answers).filter((body) => body !== null)
    const success = bodies.length > 1 ? z.union(bodies) : (bodies[0] ?? null)
    return (await send(endpoint.method, `${path.slice(1)}${search}`, success, body, signal)) as never
  }
}
