import { createStore, type StoreApi } from 'zustand/vanilla'
import { fromComposer, type Store } from './store.ts'

/** What is half written, by room. Replaced, never mutated. */
export type Drafts = StoreApi<Readonly<Record<string, string>>>

/** The same store, with its drafts in view. */
export function watchDrafts(disk: Store): { store: Store; drafts: Drafts } {
  const drafts = createStore<Readonly<Record<string, string>>>(() => ({}))
  const touched = new Set<string>()
  void disk.drafts().then(
    (kept) => {
      const older = Object.entries(kept).filter(([room]) => !touched.has(room))
      drafts.setState(Object.fromEntries([...older, ...Object.entries(drafts.getState())]), true)
    },
    () => {},
  )

  function note(room: string, text: string): void {
    touched.add(room)
    const { [room]: _before, ...others } = drafts.getState()
    drafts.setState(text === '' ? others : { ...others, [room]: text }, true)
  }

  const store: Store = {
    ...disk,
    async saveDraft(room, text) {
      note(room, text)
      await disk.saveDraft(room, text)
    },
    async addUnsent(unsent) {
      const added = await disk.addUnsent(unsent)
      if (fromComposer(unsent)) note(unsent.room, '')
      return added
    },
  }
  return { store, drafts }
}
