import { asMade, type Downstream } from '../../../protocol/downstream.ts'
import type { Upstream } from '../../../protocol/upstream.ts'
import type { OpenTransport, TransportEvents } from '../../../web/sync/transport.ts'
import { grace, ada, member, roomId } from './people.ts'

/** The far end of one client's connection, in the hands of a test. */
export interface FakeLink<Said = Upstream, Heard = Downstream> {
  openTransport: OpenTransport
  /** The connection is there. */
  open(): void
  say(...frames: (Heard | string)[]): void
  drop(code?: number, retryAt?: number | null): void
  /** What the client has sent since the last look. */
  heard(): (Said | 'ping')[]
  /** How often the client asked to reconnect. */
  reconnects: number
  closed: boolean
}

export function fakeLink<Said = Upstream, Heard = Downstream>(): FakeLink<Said, Heard> {
  let events: TransportEvents | null = null
  let isOpen = false
  let sent: (Said | 'ping')[] = []
  const link: FakeLink<Said, Heard> = {
    reconnects: 0,
    closed: false,
    openTransport(_roomId, given) {
      events = given
      return {
        send(text) {
          if (isOpen) sent.push(text === 'ping' ? text : (JSON.parse(text) as Said))
          return isOpen
        },
        reconnect() {
          isOpen = false
          link.reconnects++
          events?.connecting()
        },
        close() {
          isOpen = false
          link.closed = true
        },
      }
    },
    open() {
      isOpen = true
      events?.open()
    },
    say(...frames) {
      for (const frame of frames) events?.text(typeof frame === 'string' ? frame : JSON.stringify(frame))
    },
    drop(code = 1006, retryAt = 0) {
      isOpen = false
      events?.down(code, retryAt)
    },
    heard() {
      const heard = sent
      sent = []
      return heard
    },
  }
  return link
}

/** What a room of ada and grace says first. */
export function welcome(more: Partial<Extract<Downstream, { t: 'welcome' }>> = {}): Downstream {
  const facts = { id: roomId, type: 'group' as const, name: 'Engines', createdBy: ada, createdAt: 1, ...asMade }
  const members = [member(ada), member(grace)]
  return {
    ...{ t: 'welcome', v: 2, epoch: 1, head: 0, floor: 1, room: facts, membersVersion: 1, members },
    ...{ me: ada, now: 0, unread: { from: null, version: 0 }, erasing: [], here: [ada], expiresAt: 0 },
    ...more,
  }
}
