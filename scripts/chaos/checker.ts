import type { Breach, BreachSort, Note } from './breach.ts'
import { checkHeard, checkView, type Heard } from './heard.ts'
import type { Entry, FaultKind } from './history.ts'
import { checkOrder, checkRows, checkStored } from './kept.ts'
import { hitsOf, type Kill, killsOf, type Window, windows } from './kills.ts'
import { logOf, type Place, type Sent, statesOf, toldOf } from './log.ts'

/** What a history proves. */
export interface Verdict {
  sent: number
  /** Told to their sender as stored: by an ack, or (a message) by hearing it back. */
  acked: number
  /** Of those, the ones of which no ack ever arrived. */
  heardBack: number
  /** Refused for good. */
  refused: number
  /** Commands that Postgres holds. */
  stored: number
  lost: number
  doubled: number
  outOfOrder: number
  kills: Kill[]
  /** How many kills hit each window. */
  windows: Record<Window, number>
  /** Faults whose effect was seen. */
  faults: Partial<Record<FaultKind, number>>
  /** Faults that showed no effect, and so do not count. */
  unseen: Partial<Record<FaultKind, number>>
  breaches: Breach[]
}

/** Judges a history by nothing but what clients saw and what Postgres holds. */
export function check(entries: readonly Entry[]): Verdict {
  const breaches: Breach[] = []
  const note: Note = (sort, what) => void breaches.push({ sort, what })
  const sent = entries.filter((entry) => entry.t === 'sent')
  const told = toldOf(entries, note)
  const refused = refusedOf(entries)
  const acked = sent.filter(({ id }) => told.has(id))
  for (const { id, client, wish } of sent) {
    if (told.has(id) === refused.has(id))
      note(
        'untold',
        `${id} (${wish.kind}) of ${client} was ${told.has(id) ? 'acknowledged and' : 'neither acknowledged nor'} refused`,
      )
  }
  for (const entry of entries) if (entry.t === 'room') checkRoom(entry, entries, sent, told, refused, note)
  const kills = killsOf(entries, told)
  const hits = hitsOf(kills)
  for (const window of windows) {
    if (kills.length > 0 && hits[window] === 0) note('window', `no kill hit the window ${window}`)
  }
  const byAck = new Set(entries.flatMap((entry) => (entry.t === 'ack' ? [entry.id] : [])))
  const faults = entries.filter((entry) => entry.t === 'fault')
  const count = (sort: BreachSort) => breaches.filter((breach) => breach.sort === sort).length
  return {
    sent: sent.length,
    acked: acked.length,
    heardBack: acked.filter(({ id }) => !byAck.has(id)).length,
    refused: sent.filter(({ id }) => refused.has(id)).length,
    stored: entries.reduce((sum, entry) => sum + (entry.t === 'kept' ? entry.commands.length : 0), 0),
    ...{ lost: count('lost'), doubled: count('doubled'), outOfOrder: count('out of order') },
    ...{ kills, windows: hits },
    faults: countByKind(faults.filter(({ seen }) => seen !== null)),
    unseen: countByKind(faults.filter(({ seen }) => seen === null)),
    breaches,
  }
}

function checkRoom(
  { room, people: names }: Extract<Entry, { t: 'room' }>,
  entries: readonly Entry[],
  all: readonly Sent[],
  told: ReadonlyMap<string, Place>,
  refused: ReadonlySet<string>,
  note: Note,
): void {
  const kept = entries.find((entry) => entry.t === 'kept' && entry.room === room)
  if (kept?.t !== 'kept') return note('unrest', `nobody looked at what Postgres holds of room ${room}`)
  const people = new Set(names)
  const clients = new Map<number, string>()
  for (const entry of entries) if (entry.t === 'opened' && entry.room === room) clients.set(entry.conn, entry.client)
  const heard = entries.filter((entry): entry is Heard => 'conn' in entry && clients.has(entry.conn))
  const views = entries.filter((entry) => entry.t === 'view').filter((view) => view.room === room)
  const sent = all.filter((one) => one.room === room)
  const system = heard.flatMap((entry) => (entry.t === 'changes' ? entry.system : []))
  const epochs = new Set(heard.flatMap((entry) => (entry.t === 'welcome' ? [entry.epoch] : [])))
  if (epochs.size > 1) note('changed', `room ${room} began another epoch: ${[...epochs].join(', ')}`)

  const log = logOf(sent, told, system, note)
  const states = statesOf(log, people)
  const shown = new Set(views.flatMap((view) => (view.fresh ? view.rows.flatMap((row) => (row ? [row[2]] : [])) : [])))
  checkStored(sent, told, refused, kept, shown, note)
  checkOrder(sent, told, refused, note)
  checkRows(log, people, kept, note)
  checkHeard(heard, states, (conn) => clients.get(conn) ?? '', note)
  if (!views.some(({ fresh }) => fresh)) note('unrest', `nobody read room ${room} from its beginning`)
  for (const view of views) checkView(view, states, note)
}

function refusedOf(entries: readonly Entry[]): Set<string> {
  const refused = new Set<string>()
  for (const entry of entries) {
    if (entry.t === 'refused' && entry.final) refused.add(entry.id)
    if (entry.t === 'view') for (const id of entry.failed) refused.add(id)
  }
  return refused
}

function countByKind(faults: readonly { kind: FaultKind }[]): Partial<Record<FaultKind, number>> {
  const counts: Partial<Record<FaultKind, number>> = {}
  for (const { kind } of faults) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
