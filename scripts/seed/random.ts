import { hash } from 'node:crypto'

/** A stream of chance: the same name gives the same stream, on every machine. */
export type Random = {
  /** From 0 up to 1. */
  next(): number
  /** A whole number from 0 up to `end`, without it. */
  below(end: number): number
  /** One of them; the first ones more often the higher `skew` is (1: all alike). */
  pick<T>(from: readonly T[], skew?: number): T
}

/** The stream of a name: sfc32, seeded with the name's hash. */
export function random(name: string): Random {
  let [a, b, c, d] = new Uint32Array(Uint8Array.from(hash('md5', name, 'buffer')).buffer) as unknown as [
    number,
    number,
    number,
    number,
  ]
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 2 ** 32
  }
  const below = (end: number): number => Math.floor(next() * end)
  return { next, below, pick: (from, skew = 1) => from[Math.floor(from.length * next() ** skew)]! }
}

/** The UUID of a name: of version 8, which no client can take. */
export function idOf(name: string): string {
  const hex = hash('md5', name)
  // Cut by hand: a million ids are most of what a seed computes.
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}
