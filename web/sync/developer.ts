import type { Answer, Endpoint, Request } from '../../protocol/endpoint.ts'
import { endpoints, type Routes } from '../../protocol/endpoints.ts'
import { createCall } from './call.ts'
import type { CookieSession } from './cookie-session.ts'
import { createSend, type Send } from './requests.ts'

export interface ApiOptions {
  /** Where Parley is, such as https://chat.example.org; empty on a page of its own. */
  origin?: string
  /** A token that is good now, asked for before each request. Without it and without a session: as nobody, or by the page's cookie. */
  token?(): string | Promise<string>
  /** What `signIn` answered. */
  session?: CookieSession
}

/** What goes beside a request of an endpoint that takes an `Idempotency-Key`: without one, each call makes its own. */
interface Keyed {
  idempotencyKey?: string
}

type Asked<E extends Endpoint> = Request<E> & (E['keyed'] extends true ? Keyed : unknown)
type Method<E extends Endpoint> = (
  ...request: Partial<Asked<E>> extends Asked<E> ? [request?: Asked<E>] : [request: Asked<E>]
) => Promise<Answer<E>>

/** Sockets are opened by the client library, and what is no JSON is fetched. */
type Callable<E> = E extends Endpoint ? (E extends { media: string } | { answers: { 101: null } } ? never : E) : never

/** The whole HTTP API, a function for each endpoint by its id. Each throws ProblemError or NetworkError. */
export type DeveloperApi = {
  [Id in keyof Routes as Callable<Routes[Id]> extends never ? never : Id]: Method<Callable<Routes[Id]>>
}

/**
 * The HTTP API for programs, typed by the same endpoints that the worker serves: `api.listRooms()`,
 * `api.markRead({ params: { room }, body: { seq } })`. In Node 22 or later, and in browsers.
 */
export function createDeveloperApi(options: ApiOptions = {}): DeveloperApi {
  const all = Object.values(endpoints).flat()
  const functions = all.flatMap((endpoint) => {
    if (101 in endpoint.answers || endpoint.media !== undefined) return []
    const method = async (request: Record<string, unknown> & Keyed = {}) => {
      const key = endpoint.keyed ? { 'idempotency-key': request.idempotencyKey ?? crypto.randomUUID() } : {}
      return await createCall(sendOf(options, key))(endpoint, request)
    }
    return [[endpoint.id, method] as const]
  })
  return Object.fromEntries(functions) as unknown as DeveloperApi
}

function sendOf({ origin = '', token, session }: ApiOptions, more: Record<string, string>): Send {
  const sending = session?.fetch ?? ((input, init) => fetch(input, init))
  return createSend(async (input, init) => {
    const bearer = token ? { authorization: `Bearer ${await token()}` } : {}
    return await sending(input, { ...init, headers: { ...(init?.headers as object), ...bearer, ...more } })
  }, origin)
}
