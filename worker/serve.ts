import type { Context, Hono, MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import type { Asked, Endpoint, Given } from '../protocol/endpoint.ts'
import { limits } from '../protocol/limits.ts'
import { answered } from './answered.ts'
import type { App } from './env.ts'
import { came, type Came } from './guest.ts'
import { once } from './idempotency.ts'
import { fromMediaServer } from './media-signature.ts'
import { addressPace, personPace } from './pace.ts'
import { bodyUpTo, readBody, readValue } from './read.ts'
import { withServiceKey } from './service-key.ts'
import { maybeSignedIn, signedIn, signedInOrGrace, type Caller } from './session.ts'
import type { Session } from './token.ts'

/** Who asks, as far as the endpoint demands it. A socket's route looks for itself. */
type Known<E extends Endpoint> = E['answers'] extends { 101: null }
  ? unknown
  : E['auth'] extends 'session'
    ? { session: Session }
    : E['auth'] extends 'grace'
      ? { caller: Caller }
      : E['auth'] extends 'entrant'
        ? { came: Came }
        : E['auth'] extends 'optional'
          ? { session: Session | null }
          : unknown

/** The id under which a keyed request is carried out: the same for every repeat of it, also where the first did not come to its end. */
type Named<E extends Endpoint> = E['keyed'] extends true ? { command: string } : unknown

/** What a handler gets: who asks and what was sent, checked, and Hono's context for cookies and bindings. */
export type Ask<E extends Endpoint> = Asked<E> & Known<E> & Named<E> & { c: Context<App> }

/** Serves an endpoint: lets in whom it is for, reads what was sent by its schemas, and answers what the handler gives. */
export function serve<const E extends Endpoint, const G extends Given<E> | Response>(
  routes: Hono<App>,
  endpoint: E,
  handler: (ask: Ask<E>) => Promise<G>,
): void {
  const { method, path, params, query, body } = endpoint
  const shapes = { params: z.object(params ?? {}), query: z.object(query ?? {}) }
  const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1')
  // A page cannot see a refused handshake: a socket's route lets everyone in, and closes with a code.
  const door = 101 in endpoint.answers ? [] : doors[endpoint.auth]
  const fits = bodyUpTo(endpoint.bodyBytes ?? limits.frameBytes)
  const paced = endpoint.auth === 'service' ? [] : endpoint.signed ? [fromMediaServer] : [addressPace(endpoint.pace)]
  routes.on(method, [pattern], ...paced, fits, ...door, personPace(endpoint.pace), async (c) => {
    const ask = {
      ...{ c, session: c.get('session') ?? null, caller: c.get('caller'), came: c.get('came') },
      params: params && readValue(c.req.param(), shapes.params),
      query: query && readValue(c.req.query(), shapes.query),
      body: body && (await readBody(c, body)),
    }
    const run = async (command?: string) => await handler({ ...ask, command } as unknown as Ask<E>)
    return endpoint.keyed ? await once(c, run) : answered(c, await run())
  })
}

const doors: Record<Endpoint['auth'], MiddlewareHandler<App>[]> = {
  nobody: [],
  optional: [maybeSignedIn],
  session: [signedIn],
  grace: [signedInOrGrace],
  entrant: [came],
  service: [withServiceKey],
}
