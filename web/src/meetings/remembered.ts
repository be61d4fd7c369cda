/** How someone last came to a meeting by a link, in this browser, so that a page that is loaded anew knows the way. */
export interface Way {
  code: string
  name: string | null
}

const key = 'parley.meetings'
const most = 20

export function wayTo(meeting: string): Way | null {
  return ways().find(([id]) => id === meeting)?.[1] ?? null
}

export function rememberWay(meeting: string, way: Way): void {
  try {
    localStorage.setItem(
      key,
      JSON.stringify([[meeting, way], ...ways().filter(([id]) => id !== meeting)].slice(0, most)),
    )
  } catch {
    // Storage is closed to this page: the link itself still leads there.
  }
}

/** The name under which a guest last came anywhere. */
export function lastName(): string {
  return ways().find(([, { name }]) => name !== null)?.[1].name ?? ''
}

function ways(): readonly (readonly [meeting: string, way: Way])[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(read) ? read.filter(isWay) : []
  } catch {
    return []
  }
}

function isWay(read: unknown): read is [string, Way] {
  if (!Array.isArray(read) || typeof read[0] !== 'string') return false
  const way: unknown = read[1]
  return typeof way === 'object' && way !== null && 'code' in way && typeof way.code === 'string' && 'name' in way
}
