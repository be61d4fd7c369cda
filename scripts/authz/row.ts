import type { Access, Actor } from '../../protocol/access.ts'
import type { ProblemKind } from '../../protocol/problems.ts'
import type { Person, Scene } from './world.ts'

/**
 * What is sent to an endpoint. `as` takes the place of the actor's own token, where an account has to be a fresh one; `cookie` is
 * how a guest says who they are.
 */
export interface Ask {
  params?: Record<string, string>
  query?: Record<string, string | number>
  body?: unknown
  as?: Person
  cookie?: string
}

/** Says what an actor sends in a scene. */
export type Asking = (scene: Scene, actor: Actor) => Ask | Promise<Ask>

/** How an endpoint is tried. */
export interface Row {
  ask: Asking
  /** Each actor needs a scene of their own: whoever is served takes something away that the next one needs. */
  fresh?: true
  /** What whoever is served hears of this system, which lacks a part. */
  served?: ProblemKind
  /** The same endpoint for other ends, to which others may be entitled: by what they are for. */
  also?: Record<string, { access: Access; ask: Asking }>
}

export type Rows = Readonly<Record<string, Row>>

/** For endpoints that are about the room and take nothing else. */
export const inRoom: Row = { ask: ({ room }) => ({ params: { room } }) }

/** For endpoints that are about whoever asks. */
export const ofOneself: Row = { ask: () => ({}) }
