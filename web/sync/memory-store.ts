import type { Unsent } from './command.ts'
import { composerOf, type Kept, type KeptDraft, type Store } from './store.ts'

/** A store that lives as long as the tab: for private windows, full disks, and clients without a page. */
export function memoryStore(): Store {
  const values = new Map<string, unknown>()
  const rooms = new Map<string, Kept>()
  const drafts = new Map<string, KeptDraft>()
  const unsent = new Map<string, Unsent>()
  let order = 0

  const queueOf = (room: string) =>
    [...unsent.values()].filter((one) => one.room === room).sort((one, other) => one.order - other.order)

  function keepDraft(key: string, draft: KeptDraft | null): void {
    if (draft) drafts.set(key, draft)
    else drafts.delete(key)
  }

  return {
    durable: false,
    get: async (key) => structuredClone(values.get(key)),
    set: async (key, value) => void values.set(key, structuredClone(value)),
    open: async (room) => structuredClone({ kept: rooms.get(room) ?? null, unsent: queueOf(room) }),
    async keep(kept) {
      const held = rooms.get(kept.room.id)
      if (held && held.room.epoch === kept.room.epoch && endOf(held) > endOf(kept)) return
      rooms.set(kept.room.id, structuredClone(kept))
    },
    forget: async (room) => void rooms.delete(room),
    async addUnsent(fresh, left = null) {
      const added = { ...fresh, order: ++order }
      unsent.set(added.id, added)
      const composer = composerOf(added)
      if (composer !== null) keepDraft(composer, left)
      return added
    },
    putUnsent: async (changed) => void (unsent.has(changed.id) && unsent.set(changed.id, changed)),
    removeUnsent: async (id) => void unsent.delete(id),
    unsentRooms: async () => [...new Set([...unsent.values()].filter((one) => !one.failed).map((one) => one.room))],
    drafts: async () => Object.fromEntries(drafts),
    keepDraft: async (key, draft) => keepDraft(key, draft),
    close: () => {},
    async destroy() {
      for (const map of [values, rooms, drafts, unsent]) map.clear()
    },
  }
}

/** How far a kept window reaches without a hole. */
export function endOf({ room }: Pick<Kept, 'room'>): number {
  return room.covered[0]?.[1] ?? 0
}
