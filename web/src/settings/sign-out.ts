import { forgetBlocked } from '../people/blocked-names.ts'
import { forgetSearches } from '../search/recent.ts'
import type { Client } from '../../sync/client.ts'

/** Signs out, here or everywhere, and leaves nothing of the person in this browser. Throws as `client.signOut` does. */
export async function signOut(client: Client, everywhere?: boolean): Promise<void> {
  await client.signOut(everywhere)
  forgetHere(client)
}

/** What this browser remembers of a person beside their messages is nobody's business who comes after them. */
export function forgetHere({ me }: Client): void {
  forgetBlocked()
  forgetSearches(me.id)
}
