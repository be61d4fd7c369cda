const hourMs = 3_600_000

/** Muted until then is muted until someone lifts it. */
export const untilUnmuted = Date.UTC(9999, 11, 31)

/** For how long a room can be muted; null: until it is unmuted. */
export const muteTimes: readonly { words: string; forMs: number | null }[] = [
  { words: 'Mute for 1 hour', forMs: hourMs },
  { words: 'Mute for 8 hours', forMs: 8 * hourMs },
  { words: 'Mute for 1 week', forMs: 7 * 24 * hourMs },
  { words: 'Mute until I unmute it', forMs: null },
]
