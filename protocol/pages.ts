import * as z from 'zod/mini'

/**
 * One convention for lists: `limit` rows at most, `next` is where the next page begins, null at the end; it is passed back as
 * `cursor` and means nothing to whoever holds it. A room's history, which is a log, is paged by seq instead.
 */
export function pageQuery(limit: number, most: number) {
  return {
    cursor: z.optional(z.string().check(z.maxLength(512))),
    limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(most)), limit),
  }
}

/** A page of rows with where the next one begins. */
export function pageOf<T extends z.ZodMiniType>(row: T) {
  return z.object({ items: z.array(row), next: z.nullable(z.string()) })
}
