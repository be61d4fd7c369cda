import * as z from 'zod/mini'

const most = 6
const Kept = z.array(z.string())

/** What this person looked for last on this device, newest first. */
export function recentSearches(person: string): readonly string[] {
  try {
    const kept = Kept.safeParse(JSON.parse(localStorage.getItem(key(person)) ?? '[]'))
    return kept.success ? kept.data : []
  } catch {
    return []
  }
}

/** Keeps a search as the newest one. */
export function keepSearch(person: string, text: string): void {
  keep(person, [text, ...recentSearches(person).filter((one) => one !== text)].slice(0, most))
}

/** Forgets them: the person asked for it, or leaves this device. */
export function forgetSearches(person: string): void {
  try {
    localStorage.removeItem(key(person))
  } catch {
    // A device that keeps nothing has nothing to forget.
  }
}

function keep(person: string, searches: readonly string[]): void {
  try {
    localStorage.setItem(key(person), JSON.stringify(searches))
  } catch {
    // A device that keeps nothing has no recent searches.
  }
}

function key(person: string): string {
  return `parley:searches:${person}`
}
