import { createStore, type StoreApi } from 'zustand/vanilla'
import { KeepDraft, type Draft } from '../../../protocol/inbox.ts'
import { limits } from '../../../protocol/limits.ts'
import { alarm, type Alarm, type Clock } from '../clock.ts'
import { composerOf, draftKey, type KeptDraft, type Store } from '../store.ts'
import type { Composer } from './types.ts'

/**
 * What is half written, in rooms and threads. Each keystroke is kept here; once it has rested, the person's other
 * devices hear of it. Of two drafts of one composer the later counts, and none is put into one that has the focus.
 */
export interface Drafts {
  /** The same store, with its drafts in view. */
  store: Store
  /** By room. Replaced, never mutated. */
  view: StoreApi<Readonly<Record<string, string>>>
  compose(room: string, thread: number | null, show: (text: string) => void): Composer
  ready: Promise<void>
  /** The inbox said which drafts it holds. `same`: of an inbox that was told before, what it does not hold is over. */
  welcomed(held: readonly Draft[], same: boolean): void
  /** The inbox listens: it hears what it has not. */
  live(): void
  heard(draft: Draft): void
  /** The connection is good as of a moment ago: what was said before the pong before this one has arrived. */
  pong(): void
  /** Says now what has not rested yet. */
  hurry(): void
  close(): void
}

export interface DraftDeps {
  disk: Store
  clock: Clock
  /** The inbox's clock. */
  now(): number
  /** Answers false while there is no connection. */
  send(frame: Draft & { t: 'draft' }): boolean
}

interface OpenComposer {
  key: string
  show(text: string): void
  focused: boolean
}

const restMs = 1_000

export function createDrafts({ disk, clock, now, send }: DraftDeps): Drafts {
  const view = createStore<Readonly<Record<string, string>>>(() => ({}))
  const drafts = new Map<string, KeptDraft>()
  const resting = new Map<string, Alarm>()
  // By key, how many pongs have come since it was said over this connection.
  const said = new Map<string, number>()
  const held = new Map<string, Draft>()
  const edits = new Map<string, number>()
  const composers = new Set<OpenComposer>()
  const ready = load()

  async function load(): Promise<void> {
    const kept = await disk.drafts().catch(() => ({}))
    for (const [key, draft] of Object.entries<KeptDraft>(kept)) if (!drafts.has(key)) drafts.set(key, draft)
    show()
  }

  function show(): void {
    const shown: Record<string, string> = {}
    for (const [key, { text }] of drafts) if (text !== '' && !key.includes('/')) shown[key] = text
    const before = view.getState()
    const keys = Object.keys(shown)
    const same = keys.length === Object.keys(before).length && keys.every((key) => shown[key] === before[key])
    if (!same) view.setState(shown, true)
  }

  /** Null when nothing is left of it: neither here nor in the inbox. */
  function note(key: string, draft: KeptDraft | null): void {
    if (draft) drafts.set(key, draft)
    else drafts.delete(key)
    show()
  }

  async function keep(key: string, draft: KeptDraft | null): Promise<void> {
    note(key, draft)
    await disk.keepDraft(key, draft)
  }

  /** What becomes of a draft when its text does. */
  function changed(key: string, text: string): KeptDraft | null {
    const before = drafts.get(key)
    if (text === '' && !before?.there) return null
    return { text, at: Math.max(now(), (before?.at ?? 0) + 1), owed: true, there: before?.there ?? false }
  }

  function rest(key: string): void {
    said.delete(key)
    const alarmed = resting.get(key) ?? alarm(clock)
    resting.set(key, alarmed)
    alarmed.set(restMs, () => {
      resting.delete(key)
      say(key)
    })
  }

  function say(key: string): void {
    const draft = drafts.get(key)
    if (!draft?.owed || said.has(key) || resting.has(key)) return
    const [room, thread] = key.split('/')
    const frame = { t: 'draft', room, thread: thread ? Number(thread) : null, text: draft.text, at: draft.at }
    const read = KeepDraft.safeParse(frame)
    // What nobody could send as a message either stays on this device.
    if (!read.success || !send(read.data)) return
    said.set(key, 0)
    if (!draft.there) void keep(key, { ...draft, there: true }).catch(() => {})
  }

  function edit(key: string, text: string): Promise<void> {
    held.delete(key)
    edits.set(key, (edits.get(key) ?? 0) + 1)
    const kept = keep(key, changed(key, text))
    rest(key)
    return kept
  }

  function heard(draft: Draft): void {
    const key = draftKey(draft.room, draft.thread)
    const mine = drafts.get(key)
    if (mine && mine.at > draft.at) return
    if (mine?.at === draft.at) return settle(key, mine)
    if ([...composers].some((composer) => composer.key === key && composer.focused)) return void held.set(key, draft)
    held.delete(key)
    resting.get(key)?.clear()
    resting.delete(key)
    said.delete(key)
    const { text, at } = draft
    void keep(key, text === '' ? null : { text, at, owed: false, there: true }).catch(() => {})
    if (text === (mine?.text ?? '')) return
    for (const composer of composers) if (composer.key === key) composer.show(text)
  }

  /** The inbox has it. */
  function settle(key: string, draft: KeptDraft): void {
    said.delete(key)
    if (draft.owed) void keep(key, draft.text === '' ? null : { ...draft, owed: false, there: true }).catch(() => {})
  }

  function blurred(composer: OpenComposer): void {
    composer.focused = false
    const late = held.get(composer.key)
    if (late) heard(late)
  }

  const store: Store = {
    ...disk,
    drafts: async () => {
      await ready
      return Object.fromEntries(drafts)
    },
    keepDraft: keep,
    async addUnsent(unsent) {
      const key = composerOf(unsent)
      if (key === null) return disk.addUnsent(unsent)
      const edited = edits.get(key)
      await ready
      // What is typed meanwhile is the next message.
      const left = edits.get(key) === edited ? changed(key, '') : (drafts.get(key) ?? null)
      const added = await disk.addUnsent(unsent, left)
      if (edits.get(key) !== edited) return added
      held.delete(key)
      note(key, left)
      resting.get(key)?.clear()
      resting.delete(key)
      said.delete(key)
      say(key)
      return added
    },
  }

  return {
    store,
    view,
    ready,
    compose(room, thread, showText) {
      const key = draftKey(room, thread)
      let touched = false
      const composer: OpenComposer = {
        key,
        show(text) {
          touched = true
          showText(text)
        },
        focused: false,
      }
      composers.add(composer)
      void ready.then(() => {
        const text = drafts.get(key)?.text ?? ''
        // What was typed while the store was being read wins over it.
        if (!touched && composers.has(composer) && text !== '') showText(text)
      })
      return {
        save(text) {
          touched = true
          void edit(key, text).catch(() => {})
        },
        focus(on) {
          if (on) composer.focused = true
          else blurred(composer)
        },
        close() {
          composers.delete(composer)
          blurred(composer)
        },
      }
    },
    welcomed(listed, same) {
      said.clear()
      const there = new Map(listed.map((draft) => [draftKey(draft.room, draft.thread), draft]))
      for (const draft of listed) heard(draft)
      for (const [key, draft] of drafts) {
        const told = there.get(key)
        if (told && told.at < draft.at) note(key, { ...draft, owed: true })
        if (told) continue
        const [room, thread] = key.split('/')
        if (!same) note(key, { ...draft, owed: true, there: false })
        // An inbox that is full has dropped the oldest: that says nothing of them.
        else if (!draft.owed && listed.length < limits.drafts) {
          heard({ room: room!, thread: thread ? Number(thread) : null, text: '', at: draft.at + 1 })
        }
      }
    },
    live() {
      for (const key of [...drafts.keys()]) say(key)
    },
    heard,
    pong() {
      for (const [key, pongs] of said) {
        said.set(key, pongs + 1)
        const draft = drafts.get(key)
        if (pongs > 0 && draft) settle(key, draft)
      }
    },
    hurry() {
      for (const [key, alarmed] of [...resting]) {
        alarmed.clear()
        resting.delete(key)
        say(key)
      }
    },
    close() {
      for (const alarmed of resting.values()) alarmed.clear()
    },
  }
}
