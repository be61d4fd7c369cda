import { createStore, type StoreApi } from 'zustand/vanilla'
import type * as z from 'zod/mini'
import { MeetingDownstream, type Waiting } from '../../protocol/meetings.ts'
import type { Clock } from './clock.ts'
import { openLink, type Refresh } from './link.ts'
import type { Page } from './page.ts'
import type { Transport, TransportEvents } from './transport.ts'
import type { Closed, Connection } from './types.ts'

type Frame = z.infer<typeof MeetingDownstream>

/** My own state in a meeting, as its socket tells it. */
export type You = Omit<Extract<Frame, { t: 'you' }>, 't'>
/** How the meeting stands, for those who are admitted. */
export type Standing = Omit<Extract<Frame, { t: 'meeting' }>, 't'>
/** What a host asked of me or did to what I send; `n` tells two of the same kind apart. */
export type Asked = Omit<Extract<Frame, { t: 'asked' }>, 't'> & { n: number }

/** Everything that a screen shows of a meeting but its sound and picture. Replaced, never mutated. */
export interface MeetingView {
  connection: Connection
  /** `not_a_member`: whoever asks has not entered, or was put out. */
  closed: Closed | null
  /** Null until the meeting has answered for the first time. */
  you: You | null
  /** Null while one is not admitted. */
  meeting: Standing | null
  /** Who waits to be let in: hosts alone hear of them. */
  waiting: readonly Waiting[]
  asked: Asked | null
}

/** The socket of one meeting. Everything it hears is shown in `view`. */
export interface MeetingClient {
  view: StoreApi<MeetingView>
  /** A renewal ticket: the socket's session lives on. */
  renew(ticket: string): void
  /** Tries at once where the connection is gone. */
  hurry(): void
  close(): void
}

export interface MeetingDeps {
  openTransport(events: TransportEvents): Transport
  refresh(): Promise<Refresh>
  clock: Clock
  page: Page
  random(): number
}

/** Listens to a meeting until it is closed, across lost connections. */
export function openMeeting({ openTransport, refresh, clock, page, random }: MeetingDeps): MeetingClient {
  const view = createStore<MeetingView>(() => ({
    connection: { state: 'connecting', since: clock.now() },
    closed: null,
    you: null,
    meeting: null,
    waiting: [],
    asked: null,
  }))
  let asks = 0

  const link = openLink<{ t: 'renew'; ticket: string }, typeof MeetingDownstream>(
    { schema: MeetingDownstream, openTransport: (events) => openTransport(heard(events)), refresh, clock, random },
    {
      connecting() {
        const { connection } = view.getState()
        // The bar says since when it is gone, not since when it is tried again.
        if (connection.state === 'live') return
        view.setState({ connection: { state: 'connecting', since: connection.since } })
      },
      open() {},
      frame(frame) {
        take(frame)
      },
      head() {},
      down(retryAt) {
        const { connection } = view.getState()
        const since = connection.state === 'live' ? clock.now() : connection.since
        view.setState({ connection: { state: 'offline', since, retryAt } })
      },
      closed(why) {
        stopListening()
        view.setState({ closed: why })
      },
    },
  )
  const stopListening = page.onWake(link.verify)

  function take(frame: Frame): void {
    switch (frame.t) {
      case 'you': {
        const { t: _, ...you } = frame
        const live: Connection = { state: 'live', since: clock.now() }
        const { connection } = view.getState()
        const stands = { you, connection: connection.state === 'live' ? connection : live }
        // Whoever is out sees nothing of those who are in, and who runs it no more nothing of those who wait.
        if (you.standing !== 'admitted') return view.setState({ ...stands, meeting: null, waiting: [] })
        const runs = you.role === 'host' || you.role === 'cohost'
        return view.setState(runs ? stands : { ...stands, waiting: [] })
      }
      case 'meeting': {
        const { t: _, ...meeting } = frame
        return view.setState({ meeting })
      }
      case 'lobby':
        return view.setState({ waiting: frame.waiting })
      case 'asked':
        return view.setState({ asked: { what: frame.what, by: frame.by, n: ++asks } })
      case 'renewed':
        return
    }
  }

  return {
    view,
    renew: (ticket) => void link.send({ t: 'renew', ticket }),
    hurry: link.verify,
    close() {
      stopListening()
      link.close()
    },
  }
}

/** A meeting has no head, so its pong carries none. */
function heard(events: TransportEvents): TransportEvents {
  return { ...events, text: (data) => events.text(data === 'pong' ? 'pong:0' : data) }
}
