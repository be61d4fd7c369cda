import type { Entry } from './history.ts'
import type { Place } from './log.ts'

/** Where a kill caught a command, as its sender saw it. */
export const windows = ['before the commit', 'between commit and ack', 'after the ack'] as const
export type Window = (typeof windows)[number]

/** One kill of workerd: how many commands it caught in each window, and how long nobody could connect. */
export interface Kill {
  at: number
  downMs: number
  caught: Record<Window, number>
}

// An ack this shortly before a kill is one that the kill could have undone.
const justBeforeMs = 1_000

/**
 * What the kills caught. A command was under way when it had gone out on a connection that lived at the kill. Told on
 * that connection: after the ack. Otherwise the room's time of it says whether it had been stored when the process died:
 * the repeat of one that was gets the first answer, with the first time.
 */
export function killsOf(entries: readonly Entry[], told: ReadonlyMap<string, Place>): Kill[] {
  const kills = entries.filter((entry) => entry.t === 'killed')
  const lines = new Map<
    number,
    { opened: number; closed: number; up: Map<string, number>; acked: Map<string, number> }
  >()
  for (const entry of entries) {
    if (entry.t === 'opened')
      lines.set(entry.conn, { opened: entry.at, closed: Infinity, up: new Map(), acked: new Map() })
    if (!('conn' in entry)) continue
    const line = lines.get(entry.conn)
    if (entry.t === 'closed' && line) line.closed = entry.at
    if (entry.t === 'up') line?.up.set(entry.id, entry.at)
    if (entry.t === 'ack') line?.acked.set(entry.id, entry.at)
  }
  return kills.map(({ at, back }) => {
    const caught = { 'before the commit': 0, 'between commit and ack': 0, 'after the ack': 0 }
    for (const { opened, closed, up, acked } of lines.values()) {
      if (opened > at || closed < at) continue
      for (const [id, upAt] of up) {
        const place = told.get(id)
        const ackedAt = acked.get(id)
        if (upAt > at || !place || (ackedAt !== undefined && ackedAt < at - justBeforeMs)) continue
        if (ackedAt !== undefined) caught['after the ack']++
        else if (place.stamp <= at) caught['between commit and ack']++
        else caught['before the commit']++
      }
    }
    return { at, downMs: back - at, caught }
  })
}

/** How many kills hit each window. */
export function hitsOf(kills: readonly Kill[]): Record<Window, number> {
  const hits = { 'before the commit': 0, 'between commit and ack': 0, 'after the ack': 0 }
  for (const { caught } of kills) for (const window of windows) if (caught[window] > 0) hits[window]++
  return hits
}
