import type { Endpoint } from './endpoint.ts'
import * as blocks from './endpoints/blocks.ts'

/** Every route under /api/v1, in the order of the reference: by what it is about. */
export const endpoints: Readonly<Record<string, readonly Endpoint[]>> = {
  Blocks: Object.values(blocks),
}
