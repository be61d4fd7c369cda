import * as z from 'zod/mini'
import { limits } from './limits.ts'

/** The number of bytes a well-formed string takes in UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) bytes += 1
    else if (unit < 0x800) bytes += 2
    else if (unit >= 0xd800 && unit < 0xdc00) {
      bytes += 4
      i++
    } else bytes += 3
  }
  return bytes
}

/** What Postgres can keep: no U+0000, no lone surrogate. */
export function storable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed()
}

/** A string that Postgres accepts. */
export const Storable = z.string().check(z.refine(storable, 'has a character that cannot be stored'))

/** The text of a message: not blank, at most 16,384 bytes of UTF-8. */
export const MessageText = Storable.check(
  z.refine((text) => text.trim() !== '', 'is empty'),
  z.refine((text) => utf8Bytes(text) <= limits.textBytes, `is longer than ${limits.textBytes} bytes`),
)

/** A display name: 1 to 64 characters, not blank, on one line. */
export const PersonName = Storable.check(
  z.trim(),
  z.minLength(1),
  z.maxLength(limits.personName),
  z.regex(/^[^\n\r]*$/),
)

/** A room's name: 1 to 100 characters, not blank, on one line. */
export const RoomName = Storable.check(z.trim(), z.minLength(1), z.maxLength(limits.roomName), z.regex(/^[^\n\r]*$/))
