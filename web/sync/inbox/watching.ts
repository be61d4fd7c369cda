import type { Presence } from '../../../protocol/inbox.ts'
import { limits } from '../../../protocol/limits.ts'
import { alarm, type Clock } from '../clock.ts'

/**
 * Whose presence is on screen: counted, and told when it has rested for a moment, so that scrolling says little; and how
 * they are, as far as the inbox has said.
 */
export interface Watching {
  add(people: readonly string[]): () => void
  heard(people: readonly Presence[]): void
  /** By person. Replaced, never mutated. */
  presence(): Readonly<Record<string, Presence>>
  /** The inbox listens, and knows nothing of it yet. */
  live(): void
  /** What was heard stands for as long as a lease does. */
  down(): void
  close(): void
}

const restMs = 200

export function createWatching(clock: Clock, send: (people: string[]) => boolean, changed: () => void): Watching {
  const counts = new Map<string, number>()
  const later = alarm(clock)
  const lease = alarm(clock)
  let said: string | null = null
  let presence: Readonly<Record<string, Presence>> = {}

  function say(): void {
    later.clear()
    if (said === null) return
    // Of more than the inbox tells of, those who came on screen last.
    const people = [...counts.keys()].slice(-limits.watched).sort()
    const words = people.join()
    if (words !== said && send(people)) said = words
    forget()
  }

  function forget(): void {
    const kept = Object.entries(presence).filter(([person]) => counts.has(person))
    if (kept.length === Object.keys(presence).length) return
    presence = Object.fromEntries(kept)
    changed()
  }

  function count(person: string, by: number): void {
    const now = (counts.get(person) ?? 0) + by
    counts.delete(person)
    if (now > 0) counts.set(person, now)
  }

  return {
    add(people) {
      let on = true
      for (const person of people) count(person, 1)
      later.set(restMs, say)
      return () => {
        if (!on) return
        on = false
        for (const person of people) count(person, -1)
        later.set(restMs, say)
      }
    },
    heard(people) {
      const watched = people.filter(({ person }) => counts.has(person))
      if (watched.length === 0) return
      presence = { ...presence, ...Object.fromEntries(watched.map((one) => [one.person, one])) }
    },
    presence: () => presence,
    live() {
      lease.clear()
      said ??= ''
      say()
    },
    down() {
      later.clear()
      said = null
      lease.ensure(limits.hereLeaseMs, () => {
        presence = {}
        changed()
      })
    },
    close() {
      later.clear()
      lease.clear()
    },
  }
}
