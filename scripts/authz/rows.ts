import type { Access, Actor } from '../../protocol/access.ts'
import type { Person, Scene } from './world.ts'

/** What is sent to an endpoint. `as` takes the place of the actor's own token, where an account has to be a fresh one. */
export interface Ask {
  params?: Record<string, string>
  query?: Record<string, string | number>
  body?: unknown
  as?: Person
}

/** How an endpoint is tried. */
export interface Row {
  ask(scene: Scene, actor: Actor): Ask | Promise<Ask>
  /** Each actor needs a scene of their own: whoever is served takes something away that the next one needs. */
  fresh?: true
  /** The same endpoint for other ends, to which others may be entitled: by what they are for. */
  also?: Record<string, { access: Access; ask(scene: Scene, actor: Actor): Ask | Promise<Ask> }>
}

/** A row for each endpoint, by its id. An endpoint without one counts as untested. */
export const rows: Readonly<Record<string, Row>> = {
  listBlocks: { ask: () => ({}) },
  blockPerson: { ask: ({ stranger }) => ({ params: { person: stranger.id } }) },
  unblockPerson: { ask: ({ stranger }) => ({ params: { person: stranger.id } }) },
}
