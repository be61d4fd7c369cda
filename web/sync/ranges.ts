/**
 * Which seqs of a room's log are known here. A range has both ends included; a range whose end is one below its start
 * holds nothing but says where the client stands, such as [8, 7]: everything up to 7 is somebody else's to serve.
 */
export type Range = readonly [from: number, to: number]

/** Ascending, disjoint, and never touching: ranges that meet are one. */
export type Ranges = readonly Range[]

/** The ranges together with one more. */
export function addRange(ranges: Ranges, added: Range): Ranges {
  let [from, to] = added
  if (to < from - 1) return ranges
  const before: Range[] = []
  const after: Range[] = []
  let touched = ranges.length === 0
  for (const range of ranges) {
    if (range[1] < from - 1) before.push(range)
    else if (range[0] > to + 1) after.push(range)
    else {
      touched = true
      from = Math.min(from, range[0])
      to = Math.max(to, range[1])
    }
  }
  // An empty range away from all others tells nothing.
  if (to < from && !touched) return ranges
  return [...before, [from, to], ...after]
}

/** Whether the state of this seq is known. */
export function covers(ranges: Ranges, seq: number): boolean {
  return ranges.some(([from, to]) => from <= seq && seq <= to)
}

/** The end of the first covered range: everything from its start up to here is known. Null when nothing is. */
export function cursorOf(ranges: Ranges): number | null {
  return ranges[0]?.[1] ?? null
}

/** The lowest seq known. */
export function lowestOf(ranges: Ranges): number | null {
  return ranges[0]?.[0] ?? null
}

/** The holes between the ranges, oldest first: `after` and `before` are the known seqs on both sides. */
export function holes(ranges: Ranges): { after: number; before: number }[] {
  return ranges.slice(1).map(([before], index) => ({ after: ranges[index]![1], before }))
}

/** The ranges without everything below `seq`. */
export function clipBelow(ranges: Ranges, seq: number): Ranges {
  return ranges.flatMap(([from, to]): Range[] => (to < seq ? [] : [[Math.max(from, seq), to]]))
}
