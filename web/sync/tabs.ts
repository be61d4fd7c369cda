import * as z from 'zod/mini'
import { Refreshed } from '../../protocol/api.ts'

/** What the tabs of one browser tell each other. */
export const Note = z.discriminatedUnion('t', [
  z.object({ t: z.literal('signed_out') }),
  /** The session was refreshed: the ticket serves every tab, for it names person and device. */
  z.object({ t: z.literal('refreshed'), refreshed: Refreshed }),
])
export type Note = z.infer<typeof Note>

/** The other tabs of this browser. */
export interface Tabs {
  say(note: Note): void
  /** Notes of other tabs, never one's own. */
  onNote(run: (note: Note) => void): () => void
  /** Does the work while no other tab does work of this name; without Web Locks it is simply done. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Does the work unless another tab does work of this name now. */
  ifAlone(name: string, work: () => Promise<void>): Promise<void>
  close(): void
}

/** A client that is the only one. */
export const noTabs: Tabs = {
  say: () => {},
  onNote: () => () => {},
  alone: (_name, work) => work(),
  ifAlone: (_name, work) => work(),
  close: () => {},
}

export function browserTabs(): Tabs {
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('parley')
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks
  return {
    say: (note) => channel?.postMessage(note),
    onNote(run) {
      const listen = ({ data }: MessageEvent<unknown>) => {
        const read = Note.safeParse(data)
        // A tab of another version may say what this one does not know.
        if (read.success) run(read.data)
      }
      channel?.addEventListener('message', listen)
      return () => channel?.removeEventListener('message', listen)
    },
    alone: async (name, work) => (locks ? await locks.request(name, work) : await work()),
    async ifAlone(name, work) {
      if (!locks) return work()
      await locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined))
    },
    close: () => channel?.close(),
  }
}
