import * as z from 'zod/mini'

// The page's content security policy allows no code from strings; without this zod tries, and the try is reported.
z.config({ jitless: true })

/** Reads a text that came over a socket: a pong with how far the other side is, a frame, or nothing this build knows. */
export function readFrame<S extends z.ZodMiniType>(
  schema: S,
  text: string,
): { pong: number } | { frame: z.infer<S> } | null {
  if (text.startsWith('pong:')) {
    const head = Number(text.slice(5))
    return Number.isSafeInteger(head) ? { pong: head } : null
  }
  try {
    const read = schema.safeParse(JSON.parse(text))
    return read.success ? { frame: read.data } : null
  } catch {
    return null
  }
}
