import type { Tile } from './media.ts'

/** As many tiles as are worth looking at on a view of this width (px). */
export function perPage(width: number): number {
  if (width < 640) return 4
  return width < 1024 ? 9 : 16
}

/** The columns in which so many 16:9 tiles become largest on a view of this size; side by side where that is as good. */
export function columnsFor(count: number, width: number, height: number): number {
  let best = { columns: 1, size: 0 }
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns)
    const size = Math.min(width / columns, (height / rows) * (16 / 9))
    const wins = width > height ? 0.97 : 1
    if (size > best.size * wins) best = { columns, size }
  }
  return best.columns
}

/**
 * The order of tiles: as it was, newcomers at the end. Who speaks and is not on the first page changes places with whoever
 * there was silent for longest, so that nobody else moves.
 */
export function ordered(tiles: readonly Tile[], before: readonly string[], first: number): readonly string[] {
  const there = new Map(tiles.map((tile) => [tile.key, tile]))
  const kept = before.filter((key) => there.has(key))
  const order = [...kept, ...tiles.flatMap(({ key }) => (kept.includes(key) ? [] : [key]))]
  for (const { key, speaks } of tiles) {
    const at = order.indexOf(key)
    if (!speaks || at < first) continue
    const silent = order
      .slice(0, first)
      .filter((other) => there.get(other)?.own === false && there.get(other)?.speaks === false)
      .sort((a, b) => there.get(a)!.spokeAt - there.get(b)!.spokeAt)[0]
    if (silent === undefined) continue
    order[order.indexOf(silent)] = key
    order[at] = silent
  }
  return order
}

/** What is large: what was pinned, else the newest screen that is shared, else (in the speaker's view) who spoke last. */
export function focusOf(tiles: readonly Tile[], pinned: string | null, speakers: boolean): string | null {
  const chosen = tiles.find(({ key }) => key === pinned) ?? tiles.findLast(({ kind }) => kind === 'screen')
  if (chosen !== undefined || !speakers) return chosen?.key ?? null
  const others = tiles.filter(({ own }) => !own)
  return (others.toSorted((a, b) => b.spokeAt - a.spokeAt)[0] ?? tiles[0])?.key ?? null
}
