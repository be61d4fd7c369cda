import * as z from 'zod/mini'

/** Any UUID in lower case: people, rooms, messages. */
export const Uuid = z.string().check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/))

/** Up to so many ids with commas between them, as one part of a query holds them. */
export function UuidList(most: number) {
  const id = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
  return z.pipe(
    z.string().check(z.regex(new RegExp(`^${id}(,${id}){0,${most - 1}}$`))),
    z.transform((text) => text.split(',')),
  )
}

/** The id a client gives its message: UUID version 7, permanent, unique per room. */
export const ClientId = z
  .string()
  .check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/))

/** The id of something Parley derived (system rows, imports): UUID version 8, so that no client can take it. */
export const DerivedId = z
  .string()
  .check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/))

/** A place in a room's log: 0 is before the first event. */
export const Seq = z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER))

/** Epoch milliseconds. */
export const TimeMs = z.int().check(z.minimum(0), z.maximum(8_640_000_000_000_000))

/** A UUID of version 7 (RFC 9562) from a time in epoch milliseconds and 10 random bytes. */
export function uuidV7(nowMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16)
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(nowMs / 2 ** (8 * (5 - i))) % 256
  bytes.set(random.subarray(0, 10), 6)
  return format(bytes, 7)
}

/** A UUID of version 8 (RFC 9562) from at least 16 bytes of a hash. */
export function uuidV8(hash: Uint8Array): string {
  return format(hash.slice(0, 16), 8)
}

function format(bytes: Uint8Array, version: number): string {
  bytes[6] = (version << 4) | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
