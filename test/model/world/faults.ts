import type { Device } from './device.ts'

/** Deliberate mistakes between the parts, to see whether the check notices them. */
export interface Faults {
  /** False: what the room says, or in a town the inbox, leaves before what it wrote is durable. */
  gated: boolean
  /** How far Postgres lifts a new epoch's head; absent: as far as it should. */
  lift?: number
  /** True: Postgres says that it has a batch, and has not. */
  forgetsBatches: boolean
  /** What becomes of a frame on its way to a device; null: it is lost. */
  down(text: string): string | null
  /** What becomes of a frame on its way to the room. */
  up(text: string, device: Device): string
  /** Breaks something in the code itself; answers how to mend it. */
  install(): () => void
}

export const noFaults: Faults = {
  gated: true,
  forgetsBatches: false,
  down: (text) => text,
  up: (text) => text,
  install: () => () => {},
}
