import type { Note } from './breach.ts'
import type { Entry } from './history.ts'
import type { States } from './log.ts'

/** What happened on one connection. */
export type Heard = Extract<Entry, { conn: number }>

/** How far one connection has been told, and from which message on. */
interface Line {
  /** The next range begins right behind it; null: it may begin anywhere. */
  reach: number | null
  /** What the hello that is being answered held. */
  hello: { since: number; from: number } | null
  resumed: boolean
  from: number
}

/**
 * What the connections of one room were told: ranges that follow each other, every state in them one that the log leads
 * to, and whatever a range covers in it.
 */
export function checkHeard(
  heard: readonly Heard[],
  states: States,
  clientOf: (conn: number) => string,
  note: Note,
): void {
  const lines = new Map<number, Line>()
  for (const entry of heard) {
    const line = lines.get(entry.conn) ?? { reach: null, hello: null, resumed: false, from: 0 }
    lines.set(entry.conn, line)
    if (entry.t === 'hello') line.hello = { since: entry.since, from: entry.from }
    if (entry.t === 'welcome' && line.hello) {
      const { since, from } = line.hello
      // Who holds nothing gets the newest page.
      line.reach = since === 0 ? null : since
      line.from = since === 0 ? Number.MAX_SAFE_INTEGER : from
      line.resumed = true
    }
    if (entry.t === 'reset' || entry.t === 'behind') {
      line.reach = null
      line.from = Number.MAX_SAFE_INTEGER
    }
    if (entry.t === 'changes') checkChanges(entry, line, states, clientOf(entry.conn), note)
  }
}

function checkChanges(
  { covers, seen }: Extract<Entry, { t: 'changes' }>,
  line: Line,
  states: States,
  client: string,
  note: Note,
): void {
  const [first, last] = covers
  const { reach, resumed } = line
  if (reach !== null && first > reach + 1) note('hole', `${client} was told ${reach}, and then ${first}..${last}`)
  if (reach !== null && !resumed && first <= reach)
    note('doubled', `${client} was told ${first}..${last} after ${reach}`)
  line.reach = last
  line.resumed = false
  line.from = Math.min(line.from, first)
  let before = first - 1
  for (const [seq, rev, id, digest] of seen) {
    if (rev <= before || rev > last)
      note('out of order', `${client} was told rev ${rev} after ${before} in ${first}..${last}`)
    before = rev
    const state = states.at(seq, rev)
    if (!state) note('changed', `${client} was told of ${id} at ${seq} with rev ${rev}, and no command leads there`)
    else if (state[2] !== id || state[3] !== digest)
      note('changed', `${client} was told of ${id} at ${seq} with rev ${rev}, and it is not what was sent`)
  }
  const shown = new Set(seen.map(([, rev]) => rev))
  for (let rev = first; rev <= last; rev++) {
    const state = states.lastWithRev.get(rev)
    if (state && state[0] >= line.from && !shown.has(rev))
      note(
        'hole',
        `${client} was told that ${first}..${last} is whole, without ${state[2]} at ${state[0]} (rev ${rev})`,
      )
  }
}

/** What a client shows when all is quiet is what the log leads to; who began with nothing shows all of it. */
export function checkView(view: Extract<Entry, { t: 'view' }>, states: States, note: Note): void {
  const { client, rows, fresh, waiting } = view
  if (waiting > 0) note('unrest', `${client} still has ${waiting} commands to send`)
  let before = fresh ? 0 : null
  const ids = new Set<string>()
  const seqs = [...states.last.keys()].sort((one, other) => one - other)
  for (const row of rows) {
    if (row === null) {
      if (fresh) note('hole', `${client} shows a gap`)
      before = null
      continue
    }
    const [seq, rev, id, digest] = row
    if (ids.has(id)) note('doubled', `${client} shows ${id} twice`)
    ids.add(id)
    if (before !== null && seq <= before) note('out of order', `${client} shows ${seq} after ${before}`)
    const last = states.last.get(seq)
    if (!last) note('changed', `${client} shows ${id} at ${seq}, and no command leads there`)
    else if (last[1] !== rev || last[2] !== id || last[3] !== digest)
      note(
        'changed',
        `${client} shows ${id} at ${seq} (rev ${rev}), and what was sent leads to another state (rev ${last[1]})`,
      )
    if (before !== null) missing(before, seq)
    before = seq
  }
  missing(before ?? 0, Number.MAX_SAFE_INTEGER)

  function missing(after: number, until: number): void {
    const left = seqs.find((seq) => seq > after && seq < until)
    if (left !== undefined) note('hole', `${client} shows nothing at ${left} (${states.last.get(left)![2]})`)
  }
}
