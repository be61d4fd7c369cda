import type { RoomLine } from '../../../protocol/inbox.ts'

const key = 'parley.blocked-names'

/** What a blocked person is called: as the direct room with them says, or as they were called when they were blocked here. */
export function nameOfBlocked(person: string, rooms: readonly RoomLine[]): string {
  return rooms.find(({ other }) => other === person)?.name ?? names()[person] ?? 'Someone you blocked'
}

/** Remembers what someone is called who is blocked here. */
export function rememberBlocked(person: string, name: string): void {
  try {
    localStorage.setItem(key, JSON.stringify({ ...names(), [person]: name }))
  } catch {
    // Storage is closed to this page: the list then says who they are where a direct room does.
  }
}

/** Forgets what they are called, since the person signs out. */
export function forgetBlocked(): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // Storage is closed to this page: nothing was remembered.
  }
}

function names(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}
