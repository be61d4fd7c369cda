import { createContext, useContext } from 'react'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Anchor } from '../ui/popup.tsx'
import type { Quote } from './quote.tsx'
import type { Client } from '../../sync/client.ts'
import type { RoomClient } from '../../sync/types.ts'
import type { Message } from '../../sync/wire.ts'

/** Where a message is written and read: in the room, or in the thread beside it. */
export type Place = 'room' | 'thread'

/** What the next message in a place is about; null: nothing. */
export type Composing = { kind: 'reply'; quote: Quote } | { kind: 'edit'; message: Message } | null

/** What stands beside the room. */
export type Beside =
  | { kind: 'thread'; root: number }
  | { kind: 'pins' }
  | { kind: 'people' }
  | { kind: 'settings' }
  | { kind: 'entry' }
  | { kind: 'links' }
  | { kind: 'requests' }
  | { kind: 'bans' }
  | { kind: 'audit' }
  | { kind: 'media' }
  | { kind: 'info'; seq: number }

/** What stands over the room for a moment. */
export type Over =
  | { kind: 'menu'; seq: number; at: Anchor; place: Place }
  | { kind: 'emoji'; seq: number; at: Anchor }
  | { kind: 'forward'; message: Message }
  | { kind: 'delete'; message: Message }
  | { kind: 'invite' }
  | { kind: 'add_people' }

/** A word about something I just did, for a while. */
export interface Toast {
  id: number
  text: string
  /** How long it stands while nobody looks at it closely. */
  forMs: number
  action: { label: string; run: () => void } | null
}

interface Laid {
  composing: Readonly<Record<Place, Composing>>
  beside: Beside | null
  over: Over | null
  toasts: readonly Toast[]
  /** Messages of people I blocked that I asked to see. */
  unfolded: readonly number[]
}

/** What lies open around one room, on this screen only. */
export interface Desk {
  client: RoomClient
  /** The person's other rooms. */
  mine: Client
  laid: StoreApi<Laid>
  compose(place: Place, composing: Composing): void
  beside(beside: Beside | null): void
  over(over: Over | null): void
  say(text: string, options?: { forMs?: number; action?: Toast['action'] }): void
  unsay(id: number): void
  /** Shows the message with this seq, whoever wrote it. */
  unfold(seq: number): void
  /** Says so when a command could not even be kept on this device. */
  attempt(command: Promise<unknown>): void
  /** The field of a place, while it is on screen. */
  field(place: Place, field: HTMLTextAreaElement | null): void
  focusField(place: Place): void
  /** Brings the message with this seq into view. */
  show(seq: number): void
  /** The timeline takes this over while it is on screen. */
  onShow(show: ((seq: number) => void) | null): void
}

const toastMs = 6_000

/** Lays out an empty desk for a room. */
export function createDesk(client: RoomClient, mine: Client): Desk {
  const laid = createStore<Laid>(() => ({
    composing: { room: null, thread: null },
    beside: null,
    over: null,
    toasts: [],
    unfolded: [],
  }))
  function say(text: string, { forMs = toastMs, action = null }: { forMs?: number; action?: Toast['action'] } = {}) {
    const toast = { id: ++said, text, forMs, action }
    // Two at most: of more nobody reads the oldest.
    laid.setState(({ toasts }) => ({ toasts: [...toasts, toast].slice(-2) }))
  }

  const fields = new Map<Place, HTMLTextAreaElement>()
  let showing: ((seq: number) => void) | null = null
  let said = 0

  return {
    client,
    mine,
    laid,
    compose(place, composing) {
      laid.setState((before) => ({ composing: { ...before.composing, [place]: composing } }))
    },
    beside(beside) {
      const { composing, beside: before } = laid.getState()
      // Where it covers the room, the way back closes it.
      const { state } = history as { state: { beside?: boolean } | null }
      const covers = matchMedia('(max-width: 1023.98px)').matches
      if (covers && beside !== null && before === null) history.pushState({ ...state, beside: true }, '')
      if (beside === null && before !== null && state?.beside === true) history.back()
      const sameThread = beside?.kind === 'thread' && before?.kind === 'thread' && beside.root === before.root
      laid.setState({ beside, composing: sameThread ? composing : { ...composing, thread: null } })
    },
    over(over) {
      laid.setState({ over })
    },
    say,
    unsay(id) {
      laid.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))
    },
    unfold(seq) {
      laid.setState(({ unfolded }) => ({ unfolded: [...unfolded, seq] }))
    },
    attempt(command) {
      command.catch(() => say('This device could not keep that. Try again.'))
    },
    field(place, field) {
      if (field === null) fields.delete(place)
      else fields.set(place, field)
    },
    focusField(place) {
      fields.get(place)?.focus()
    },
    show(seq) {
      showing?.(seq)
    },
    onShow(show) {
      showing = show
    },
  }
}

const Context = createContext<Desk | null>(null)

/** Gives everything inside the desk of its room. */
export const DeskOf = Context.Provider

/** The desk of the room around. */
export function useDesk(): Desk {
  const desk = useContext(Context)
  if (desk === null) throw new Error('There is no room around this.')
  return desk
}
