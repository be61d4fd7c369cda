import { limits } from '../../protocol/limits.ts'
import { alarm, type Alarm, type Clock } from './clock.ts'

/** Says that the person writes: at most every 3 s, however fast they type. */
export interface TypingAnnouncer {
  say(on: boolean): void
  /** Their message went out, which ends it for everyone. */
  ended(): void
}

export function createTypingAnnouncer(clock: Clock, send: (on: boolean) => boolean): TypingAnnouncer {
  let saidAt = -Infinity
  return {
    say(on) {
      const now = clock.elapsed()
      if (on && now - saidAt >= limits.typingEveryMs && send(true)) saidAt = now
      if (!on && now - saidAt < limits.typingLeaseMs && send(false)) saidAt = -Infinity
    },
    ended() {
      saidAt = -Infinity
    },
  }
}

/** The others who are writing now. Each holds a lease, so that a killed sender leaves no ghost. */
export interface Typists {
  heard(person: string, on: boolean): void
  /** So many are writing that they are only counted. */
  counted(count: number): void
  clear(): void
  /** How many write, named or not. */
  count(): number
  /** In the order in which they began. */
  people(): string[]
}

export function createTypists(clock: Clock, changed: () => void): Typists {
  const leases = new Map<string, Alarm>()
  const crowdLease = alarm(clock)
  let crowd = 0

  function end(person: string): boolean {
    leases.get(person)?.clear()
    return leases.delete(person)
  }

  return {
    heard(person, on) {
      if (!on) return void end(person)
      const lease = leases.get(person) ?? alarm(clock)
      leases.set(person, lease)
      lease.set(limits.typingLeaseMs, () => {
        end(person)
        changed()
      })
    },
    counted(count) {
      crowd = count
      crowdLease.set(limits.typingLeaseMs, () => {
        crowd = 0
        changed()
      })
    },
    clear() {
      ;[...leases.keys()].forEach(end)
      crowdLease.clear()
      crowd = 0
    },
    count: () => Math.max(crowd, leases.size),
    people: () => [...leases.keys()],
  }
}
