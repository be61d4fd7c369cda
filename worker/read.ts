import type { Context } from 'hono'
import type * as z from 'zod/mini'
import { limits } from '../protocol/limits.ts'
import type { App } from './env.ts'
import { ProblemError } from './problem.ts'

/** The largest request body: an import batch of 500 messages of 16 kB, with room to spare. */
const largestBody = limits.importMessages * limits.textBytes * 2

/** The request's JSON body as the schema reads it. Problems: invalid_request with what is wrong by field, too_large. */
export async function readBody<T extends z.ZodMiniType>(c: Context<App>, schema: T): Promise<z.infer<T>> {
  const text = await c.req.text()
  if (text.length > largestBody) throw new ProblemError('too_large')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ProblemError('invalid_request', 'The body is not JSON.')
  }
  return readValue(value, schema)
}

/** A value from outside as the schema reads it. Problem: invalid_request with what is wrong by field. */
export function readValue<T extends z.ZodMiniType>(value: unknown, schema: T): z.infer<T> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const errors = read.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
  throw new ProblemError('invalid_request', errors.map(({ field, message }) => `${field}: ${message}`).join('; '), {
    errors,
  })
}
