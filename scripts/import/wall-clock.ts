const dayMs = 86_400_000

/** The clock on the wall in one time zone: turns what it shows into epoch milliseconds. */
export type WallClock = {
  /**
   * The instant at which the wall shows `wallMs` (the shown date and time as if it were UTC). An hour that the clock
   * skips is read as the hour after it; of an hour shown twice, the reading that does not run back behind `before`.
   */
  instantOf: (wallMs: number, before: number) => number
}

/** The wall clock of an IANA time zone. Throws RangeError for a name that is none. */
export function wallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const known = new Map<number, number>()

  function offsetAt(instant: number): number {
    const held = known.get(instant)
    if (held !== undefined) return held
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
    const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
    const offset = shown - Math.floor(instant / 1_000) * 1_000
    known.set(instant, offset)
    return offset
  }

  function instantOf(wallMs: number, before: number): number {
    // Offsets are asked for at midnights, so a chat of years asks a few hundred times.
    const midnight = Math.floor(wallMs / dayMs) * dayMs
    const earlier = offsetAt(midnight - dayMs)
    const later = offsetAt(midnight + 2 * dayMs)
    if (earlier === later) return wallMs - earlier
    const readings = [wallMs - earlier, wallMs - later].filter((instant) => offsetAt(instant) === wallMs - instant)
    const [one, two] = readings
    if (one === undefined) return wallMs - earlier
    if (two === undefined) return one
    return before <= Math.min(one, two) ? Math.min(one, two) : Math.max(one, two)
  }

  return { instantOf }
}
