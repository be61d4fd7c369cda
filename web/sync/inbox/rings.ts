import type { Ring } from '../../../protocol/inbox.ts'

/** The calls that ring here, each until it is over or its time is, and those that nobody took. */
export interface Rings {
  /** What rings as the inbox says hello. */
  welcomed(rings: readonly Ring[]): void
  heard(ring: Ring): void
  over(call: string, missed: boolean): void
  find(call: string): Ring | undefined
  /** When each of them ends by itself. */
  ends(): number[]
  /** Those that still ring and were not answered here. */
  shown(now: number, answered: (call: string) => boolean): readonly Ring[]
  missed(): readonly Ring[]
}

export function createRings(): Rings {
  let rings: readonly Ring[] = []
  let missed: readonly Ring[] = []

  return {
    welcomed(told) {
      rings = told
    },
    heard({ room, call, media, roomName, by, name, until }) {
      rings = [...rings.filter((ring) => ring.call !== call), { room, call, media, roomName, by, name, until }]
    },
    over(call, nobody) {
      if (nobody) missed = [...missed, ...rings.filter((ring) => ring.call === call)]
      rings = rings.filter((ring) => ring.call !== call)
    },
    find: (call) => rings.find((ring) => ring.call === call),
    ends: () => rings.map(({ until }) => until),
    shown: (now, answered) => rings.filter(({ call, until }) => until > now && !answered(call)),
    missed: () => missed,
  }
}
