import * as z from 'zod/mini'
import { cursorOf } from './cursor.ts'

/** A page as a function in SQL answers it: its rows, and the key after which the next one begins. */
export function pageFrom<T extends z.ZodMiniType>(answer: unknown, item: T) {
  const { items, next } = z.object({ items: z.array(item), next: z.unknown() }).parse(answer)
  return { items, next: next === null ? null : cursorOf(next) }
}
