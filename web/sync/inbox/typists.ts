import type { Clock } from '../clock.ts'
import { createTypists, type Typists } from '../typing.ts'
import type { Typist } from './types.ts'

/** Who writes in rooms that need not be open: a lease of 6 s each, which a message of theirs ends. */
export interface ListTypists {
  heard(room: string, person: string, name: string, on: boolean): void
  wrote(room: string, person: string): void
  clear(): void
  /** By room. The same object while nothing changes. */
  shown(): Readonly<Record<string, readonly Typist[]>>
}

export function createListTypists(clock: Clock, changed: () => void): ListTypists {
  const rooms = new Map<string, Typists>()
  const names = new Map<string, string>()
  let shown: Readonly<Record<string, readonly Typist[]>> = {}

  function show(): void {
    const now: Record<string, readonly Typist[]> = {}
    for (const [room, typists] of rooms) {
      const people = typists.people().map((person) => ({ person, name: names.get(person)! }))
      if (people.length > 0) now[room] = people
      else rooms.delete(room)
    }
    shown = now
    changed()
  }

  function end(room: string, person: string): void {
    if (!shown[room]?.some((typist) => typist.person === person)) return
    rooms.get(room)!.heard(person, false)
    show()
  }

  return {
    heard(room, person, name, on) {
      if (!on) return end(room, person)
      const typists = rooms.get(room) ?? createTypists(clock, show)
      rooms.set(room, typists)
      names.set(person, name)
      typists.heard(person, true)
      show()
    },
    wrote: end,
    clear() {
      for (const typists of rooms.values()) typists.clear()
      show()
    },
    shown: () => shown,
  }
}
