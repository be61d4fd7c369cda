import { readdirSync, readFileSync } from 'node:fs'

/** What Linux tells of a process. */
export type Process = { name: string; parent: number; group: number }

/** A process by its number; null when there is none, and where nobody can be asked. */
export function processAt(pid: number): Process | null {
  try {
    // "pid (name) state parent group …", where a name may hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = stat.lastIndexOf(')')
    const [, parent, group] = stat.slice(end + 2).split(' ')
    return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(parent), group: Number(group) }
  } catch {
    return null
  }
}

/** The processes of this name that whoever started them in a process group has left behind there. */
export function orphans(group: number, name: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      const found = pid > 0 ? processAt(pid) : null
      if (found?.group !== group || found.name !== name) return false
      return processAt(found.parent)?.group !== group
    })
}
