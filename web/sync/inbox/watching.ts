import { limits } from '../../../protocol/limits.ts'
import { alarm, type Clock } from '../clock.ts'

/** Whose presence is on screen: counted, and told when it has rested for a moment, so that scrolling says little. */
export interface Watching {
  add(people: readonly string[]): () => void
  has(person: string): boolean
  /** The inbox listens, and knows nothing of it yet. */
  live(): void
  down(): void
}

const restMs = 200

export function createWatching(clock: Clock, send: (people: string[]) => boolean, changed: () => void): Watching {
  const counts = new Map<string, number>()
  const later = alarm(clock)
  let said: string | null = null

  function say(): void {
    later.clear()
    if (said === null) return
    // Of more than the inbox tells of, those who came on screen last.
    const people = [...counts.keys()].slice(-limits.watched).sort()
    const words = people.join()
    if (words !== said && send(people)) said = words
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
    has: (person) => counts.has(person),
    live() {
      said ??= ''
      say()
    },
    down() {
      later.clear()
      said = null
    },
  }
}
