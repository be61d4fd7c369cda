import type { Random } from '../platform/random.ts'

export function personId(index: number): string {
  return `00000000-0000-4000-8000-${(index + 0xada0).toString(16).padStart(12, '0')}`
}

export function roomId(index: number): string {
  return `00000000-0000-4000-9000-${index.toString(16).padStart(12, '0')}`
}

/** The id of a command that the worker passes on. */
export function commandId(random: Random): string {
  const bytes = [...random.bytes(16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return bytes.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
