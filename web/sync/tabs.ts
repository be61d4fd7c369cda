import * as z from 'zod/mini'
import { Refreshed } from '../../protocol/api.ts'

/** What the tabs of one browser tell each other. */
export const Note = z.discriminatedUnion('t', [
  z.object({ t: z.literal('signed_out') }),
  /** The session was refreshed: the ticket serves every tab, for it names person and device. */
  z.object({ t: z.literal('refreshed'), refreshed: Refreshed }),
  /** The room list that is kept on this device is newer than before. */
  z.object({ t: z.literal('listed') }),
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
  /** Calls back once this tab is the one that leads, until the answer is called or the tab is gone. */
  lead(name: string, begin: () => void): () => void
  close(): void
}

/** A client that is the only one. */
export const noTabs: Tabs = {
  say: () => {},
  onNote: () => () => {},
  alone: (_name, work) => work(),
  ifAlone: (_name, work) => work(),
  lead(_name, begin) {
    begin()
    return () => {}
  },
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
    lead(name, begin) {
      if (!locks) return noTabs.lead(name, begin)
      const over = new AbortController()
      const led = () =>
        new Promise<void>((resolve) => {
          if (over.signal.aborted) return resolve()
          over.signal.addEventListener('abort', () => resolve())
          begin()
        })
      locks.request(name, { signal: over.signal }, led).catch(() => {})
      return () => over.abort()
    },
    close: () => channel?.close(),
  }
}
