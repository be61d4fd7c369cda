import * as z from 'zod/mini'
import { Downstream } from '../../protocol/downstream.ts'
import type { Upstream } from '../../protocol/upstream.ts'

// The page's content security policy allows no code from strings; without this zod tries, and the try is reported.
z.config({ jitless: true })

/** Reads a text that came over a room's socket: a pong with the room's head, a frame, or nothing this build knows. */
export function readFrame(text: string): { pong: number } | { frame: Downstream } | null {
  if (text.startsWith('pong:')) {
    const head = Number(text.slice(5))
    return Number.isSafeInteger(head) ? { pong: head } : null
  }
  try {
    const read = Downstream.safeParse(JSON.parse(text))
    return read.success ? { frame: read.data } : null
  } catch {
    return null
  }
}

/** Writes a frame for the room. */
export function writeFrame(frame: Upstream): string {
  return JSON.stringify(frame)
}
