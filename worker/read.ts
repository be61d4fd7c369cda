import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type * as z from 'zod/mini'
import type { App } from './env.ts'
import { ProblemError } from './problem.ts'

/** Refuses a larger body, unread where its length is announced. Problem: too_large. */
export function bodyUpTo(bytes: number): MiddlewareHandler<App> {
  return bodyLimit({
    maxSize: bytes,
    onError: () => {
      throw new ProblemError('too_large', `A body has at most ${bytes} bytes here.`)
    },
  })
}

/** The request's JSON body as the schema reads it; none at all is an empty object. Problem: invalid_request with what is wrong by field. */
export async function readBody<T extends z.ZodMiniType>(c: Context<App>, schema: T): Promise<z.infer<T>> {
  const text = await c.req.text()
  let value: unknown
  try {
    value = text === '' ? {} : JSON.parse(text)
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
