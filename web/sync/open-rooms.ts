import { alarm, type Clock } from './clock.ts'
import type { OpenedRoom } from './room-deps.ts'
import type { RoomClient } from './types.ts'

/**
 * The rooms that are open in this tab: each once, however many parts of the screen show it. A room that nobody shows
 * any more stays open until what waits in it is sent.
 */
export interface OpenRooms {
  /** The room's client; whoever asked closes their own. */
  open(roomId: string): RoomClient
  /** Opens the room for no one, until what waits in it is sent. */
  drain(roomId: string): void
  renew(ticket: string): void
  close(): void
}

interface Shared {
  room: OpenedRoom
  users: number
  /** Ends it soon if nobody needs it. */
  settle(): void
  end(): void
}

// A room that is left and entered again at once keeps its socket.
const lingerMs = 2_000

/** `start` opens a room and answers how to stop what hangs on it. */
export function createOpenRooms(
  clock: Clock,
  start: (roomId: string) => { room: OpenedRoom; stop(): void },
): OpenRooms {
  const shared = new Map<string, Shared>()

  function share(roomId: string): Shared {
    const held = shared.get(roomId)
    if (held && held.room.view.getState().closed === null) return held
    // A room that was closed for good may have been entered again since.
    held?.end()
    const { room, stop } = start(roomId)
    const linger = alarm(clock)
    let ended = false
    const unwatch = room.view.subscribe(settle)
    const one: Shared = { room, users: 0, settle, end }
    shared.set(roomId, one)
    void room.ready.then(settle)
    return one

    function settle(): void {
      if (one.users === 0 && !ended) linger.ensure(lingerMs, endIfIdle)
    }

    function endIfIdle(): void {
      if (one.users === 0 && (room.waiting() === 0 || room.view.getState().closed)) end()
    }

    function end(): void {
      ended = true
      linger.clear()
      unwatch()
      stop()
      room.close()
      shared.delete(roomId)
    }
  }

  return {
    open(roomId) {
      const one = share(roomId)
      one.users++
      let mine = true
      const close = () => {
        if (!mine) return
        mine = false
        one.users--
        one.settle()
      }
      return { ...one.room, close }
    },
    drain: (roomId) => void share(roomId),
    renew(ticket) {
      for (const { room } of shared.values()) room.renew(ticket)
    },
    close() {
      for (const one of [...shared.values()]) one.end()
    },
  }
}
