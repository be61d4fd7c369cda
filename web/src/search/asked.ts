import { createStore } from 'zustand/vanilla'

/** What a search is for: one room, or (null) all. `turn` rises each time it is asked for, so that its field takes the focus. */
export const asked = createStore<{ search: { room: string | null; turn: number } | null }>(() => ({ search: null }))

/** Opens the search, of one room or of all. */
export function search(room: string | null): void {
  // Where it covers the page, the way back closes it.
  const { state } = history as { state: { search?: boolean } | null }
  if (matchMedia('(max-width: 1023.98px)').matches && state?.search !== true)
    history.pushState({ ...state, search: true }, '')
  asked.setState(({ search: before }) => ({ search: { room, turn: (before?.turn ?? 0) + 1 } }))
}
