import { limits } from '../../../protocol/limits.ts'
import { Violation } from '../checks/watch.ts'
import type { FakeStorage } from '../platform/fake-storage.ts'
import type { Town } from './town.ts'

/** What an object may have planned while nothing is owed. */
const idle = ['sessions', 'presence', 'keep', 'withdrawn']

/** What lapses within this time has yet to be taken out: until then a list may still count it. */
const expiryMs = limits.expireEveryMs + 60_000

/** Everything is well again, and so much time passes that nothing is owed to anyone any more. */
export async function quiet(town: Town): Promise<void> {
  town.weather.state = 'well'
  town.weather.lossy = 0
  let owed: string | null = null
  for (let round = 0; round < 200; round++) {
    await town.time.turn(round < 12 ? 5_000 : 30_000)
    town.check()
    owed = stillOwed(town)
    // So long until a connection that is deaf by now is found out.
    if (owed === null && round >= 11) return
  }
  throw new Violation(`it does not come to rest: ${owed}`)
}

function stillOwed(town: Town): string | null {
  for (const { site } of town.places) {
    const owed = owedByRoom(site.host.storage, town.time.now())
    if (owed !== null) return `${site.roomId}: ${owed}`
  }
  for (const { name, storage } of town.inboxes.all()) {
    const owed = planned(storage, town.time.now())
    if (owed !== null) return `the inbox of ${name} has planned ${owed}`
  }
  for (const handset of town.handsets) {
    const { name, inbox } = handset
    if (inbox.wanted && !inbox.live) return `the inbox on ${name} is not connected`
    if (inbox.wanted && inbox.owes() > 0) return `${name} has ${inbox.owes()} wishes`
    for (const device of handset.open()) {
      const view = device.view()!
      if (view.closed === 'not_a_member') continue
      if (view.closed !== null || view.connection.state !== 'live')
        return `${name} has ${device.room} ${view.connection.state}`
      const waiting = device.tab!.room.waiting()
      if (waiting > 0) return `${name} still has ${waiting} messages to send`
    }
  }
  return null
}

/** What a room has yet to do, as far as its storage tells; null: nothing. */
export function owedByRoom(storage: FakeStorage, now: number): string | null {
  if (!hasTable(storage, 'room')) return null
  const [room] = storage.read<{ flushed: number; floor: number; stopped: string | null }>('select * from room')
  if (!room) return null
  if (room.stopped !== null) return `it has stopped: ${room.stopped}`
  const [{ head } = { head: null }] = storage.read<{ head: number | null }>('select max(seq) as head from log')
  if (room.flushed < (head ?? room.floor - 1)) return `Postgres has events up to ${room.flushed} of ${head}`
  if (storage.read('select 1 from members where dirty = 1').length > 0) return 'marks are not in Postgres yet'
  if (storage.read('select 1 from intents').length > 0) return 'a change of members is not settled'
  return planned(storage, now)
}

function planned(storage: FakeStorage, now: number): string | null {
  if (!hasTable(storage, 'agenda')) return null
  const duties = storage.read<{ kind: string; due: number }>('select kind, due from agenda')
  const owed = duties.find(({ kind, due }) => !idle.includes(kind) && !(kind === 'expiry' && due > now + expiryMs))
  return owed?.kind ?? null
}

function hasTable(storage: FakeStorage, name: string): boolean {
  return storage.read('select 1 from sqlite_schema where name = ?', name).length > 0
}
