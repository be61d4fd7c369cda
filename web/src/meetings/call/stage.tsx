import { useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { IconButton } from '../../ui/button.tsx'
import { Sign } from '../../ui/sign.tsx'
import { columnsFor, focusOf, ordered, perPage } from './layout.ts'
import { Tile } from './tile.tsx'
import type { Media, Tile as Shown } from './media.ts'

export type Look = 'grid' | 'speaker'

/** Everyone's pictures: side by side, page by page, or one large and the others beside it. */
export function Stage({
  media,
  look,
  hands,
}: {
  media: Media
  look: Look
  /** Whose hands are up, in order. */
  hands: readonly string[]
}) {
  const tiles = useStore(media.view, (now) => now.tiles)
  const place = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState({ width: 1_280, height: 640 })
  const [pinned, setPinned] = useState<string | null>(null)
  const [page, setPage] = useState(0)
  const order = useRef<readonly string[]>([])
  useEffect(() => {
    const resized = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: entry.contentRect.width, height: entry.contentRect.height })
    })
    resized.observe(place.current!)
    return () => resized.disconnect()
  }, [])

  const focus = focusOf(tiles, pinned, look === 'speaker')
  const narrow = size.width < 640
  const wide = !narrow && focus !== null
  const most = focus === null ? perPage(size.width) : narrow ? 2 : 5
  const shown = useMemo(() => {
    order.current = ordered(tiles, order.current, most)
    return order.current.flatMap((key) => tiles.find((tile) => tile.key === key) ?? [])
  }, [tiles, most])
  const large = shown.find(({ key }) => key === focus)
  const rest = shown.filter((tile) => tile !== large)
  const pages = Math.max(1, Math.ceil(rest.length / most))
  const current = Math.min(page, pages - 1)
  const here = rest.slice(current * most, (current + 1) * most)
  const columns = columnsFor(here.length, size.width, size.height)

  // A last row that is not full stands in the middle.
  const last = here.length % columns
  const startOf = (index: number) => (last > 0 && index === here.length - last ? columns - last + 1 : null)
  const tileOf = (tile: Shown, small: boolean, start: number | null = null) => {
    const hand = hands.indexOf(tile.id)
    return (
      <Tile
        hand={hand < 0 ? null : hand + 1}
        key={tile.key}
        onPin={() => setPinned(pinned === tile.key ? null : tile.key)}
        pinned={pinned === tile.key}
        small={small}
        start={start}
        tile={tile}
      />
    )
  }

  return (
    <section aria-label="Who is in the meeting" className="relative flex min-h-0 min-w-0 flex-1 flex-col gap-2 p-2">
      <div className={`flex min-h-0 flex-1 gap-2 ${wide ? 'flex-row' : 'flex-col'}`} ref={place}>
        {large !== undefined && (
          <ul aria-label="Large" className="grid min-h-0 min-w-0 flex-3">
            {tileOf(large, false)}
          </ul>
        )}
        {here.length > 0 && (
          <ul
            aria-label={large === undefined ? 'Everyone' : 'The others'}
            className={`grid min-h-0 min-w-0 flex-1 gap-2 ${large === undefined ? '*:col-span-2' : ''}`}
            style={
              large === undefined
                ? { gridTemplateColumns: `repeat(${columns * 2}, minmax(0, 1fr))`, gridAutoRows: 'minmax(0, 1fr)' }
                : wide
                  ? { gridTemplateRows: `repeat(${Math.max(3, here.length)}, minmax(0, 1fr))` }
                  : { gridTemplateColumns: 'repeat(2, minmax(0, 1fr))', gridAutoRows: 'minmax(0, 1fr)' }
            }
          >
            {here.map((tile, index) =>
              tileOf(tile, large !== undefined || here.length > 9, large === undefined ? startOf(index) : null),
            )}
          </ul>
        )}
      </div>
      {pages > 1 && (
        <nav aria-label="Pages of people" className="flex items-center justify-center gap-2">
          <IconButton disabled={current === 0} label="The page before" onClick={() => setPage(current - 1)}>
            <Sign mirrored name="back" />
          </IconButton>
          <span className="text-sm text-muted" role="status">
            {current + 1} of {pages}
          </span>
          <IconButton disabled={current === pages - 1} label="The next page" onClick={() => setPage(current + 1)}>
            <Sign mirrored name="next" />
          </IconButton>
        </nav>
      )}
    </section>
  )
}
