/** What bench/load.ts is to do: every seat posts once each `everyMs`, unmeasured at first. */
export type Load = {
  peer: 'parley' | 'socket.io'
  url: string
  seats: readonly { room: string; token: string }[]
  everyMs: number
  warmMs: number
  measuredMs: number
}

/** What it measured: posts acknowledged, in milliseconds from sending to the acknowledgement. */
export type Measured = { acked: number; perSecond: number; p50: number; p99: number }
