import type { Clock } from './clock.ts'

/** The room's clock as this device can tell it, however wrong its own is. */
export interface RoomTime {
  /** The room said that it is this time there. */
  heard(now: number): void
  /** Epoch milliseconds of the room's clock. */
  now(): number
  /** Whether this device's clock was set, or the machine slept, since the room was heard: it should be asked again. */
  doubtful(): boolean
  /** What to add to this device's clock for the room's. */
  offset(): number
}

const doubtMs = 2_000

export function createRoomTime(clock: Clock, offset = 0): RoomTime {
  let anchor = { room: clock.now() + offset, wall: clock.now(), elapsed: clock.elapsed() }

  const byWall = () => clock.now() - anchor.wall
  const byElapsed = () => clock.elapsed() - anchor.elapsed

  function now(): number {
    // A clock that was set back says too little, and so does one that only counts while the machine is awake.
    // Whole milliseconds, as the wire has them: elapsed time has fractions.
    return Math.floor(anchor.room + Math.max(byWall(), byElapsed()))
  }

  return {
    heard(room) {
      anchor = { room, wall: clock.now(), elapsed: clock.elapsed() }
    },
    now,
    doubtful: () => Math.abs(byWall() - byElapsed()) > doubtMs,
    offset: () => Math.round(now() - clock.now()),
  }
}
