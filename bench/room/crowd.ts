/** What bench/room-load.ts is to do with one room. */
export type Crowd = {
  peer: 'parley' | 'bare'
  /** Where the room's socket is. */
  url: string
  /** One access token for each socket. */
  seats: readonly string[]
  /** How many of them post, in turn. */
  posters: number
  postsPerSecond: number
  /** Nothing happens for so long after everyone is there. */
  silentMs: number
  warmMs: number
  measuredMs: number
}

/** Milliseconds. */
export type Times = { p50: number | null; p99: number | null; max: number | null }

export type Seen = {
  /** With those of the warm-up. */
  sent: number
  posted: number
  acked: number
  ackedPerSecond: number
  refused: number
  /** From sending to the acknowledgement; the peer has none. */
  ack: Times
  /** From sending until half of the sockets, and until the last one, had the message. */
  half: Times
  last: Times
  framesPerSecond: number
  deliveriesPerSecond: number
  connectMs: number
  closed: number
  /** Of some messages: their seq, and when they were acknowledged, in epoch milliseconds. */
  acks: [seq: number, at: number][]
}

/** The load says when everyone is there, and what it has seen at the end. */
export type Said = { t: 'there' } | { t: 'seen'; seen: Seen }
