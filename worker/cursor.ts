import type * as z from 'zod/mini'
import { Storable } from '../protocol/text.ts'
import { ProblemError } from './problem.ts'

/** Where the next page begins, as a word that means nothing to whoever holds it: see protocol/pages.ts. */
export function cursorOf(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** The place in a cursor, or null for the first page. It came from outside, whatever we once wrote in it. Problem: invalid_request. */
export function placeOf<T extends z.ZodMiniType>(cursor: string | undefined, schema: T): z.infer<T> | null {
  if (cursor === undefined) return null
  try {
    const text = Buffer.from(cursor, 'base64url').toString()
    // A text that cannot be stored cannot be asked for either.
    const place: unknown = JSON.parse(text, (_, value) => (typeof value === 'string' ? Storable.parse(value) : value))
    return schema.parse(place)
  } catch {
    throw new ProblemError('invalid_request', 'This is no cursor of this list.', {
      errors: [{ field: 'cursor', message: 'is no cursor of this list' }],
    })
  }
}
