import type { LiveCall, Over } from '../room/call.ts'

/** What one person's inbox is to know of a call: that it rings, or (`why`) that it does so no more. */
export interface OwedRing {
  person: string
  call: string
  why: Over | null
  /** It has yet to hear of it, not before `due`. */
  owed: boolean
  due: number
}

interface Columns extends Record<string, SqlStorageValue> {
  person: string
  call: string
  why: string | null
  owed: number
  due: number
}

/** The call that is live, and what inboxes know of it and of those before. */
export class RingTable {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  call(): LiveCall | null {
    const rows = this.sql.exec<{ call: string }>('select call from live_call').toArray()
    if (!rows[0]) return null
    const call = JSON.parse(rows[0].call) as LiveCall
    // One that was live when calls became meetings says less.
    return { ...beforeMeetings(call.id), ...call }
  }

  setCall(call: LiveCall | null): void {
    if (call) this.sql.exec('insert or replace into live_call (id, call) values (1, ?)', JSON.stringify(call))
    else this.sql.exec('delete from live_call')
  }

  all(): OwedRing[] {
    return this.sql.exec<Columns>('select * from rings').toArray().map(ringOf)
  }

  of(person: string, call: string): OwedRing | null {
    const rows = this.sql.exec<Columns>('select * from rings where person = ? and call = ?', person, call)
    return rows.toArray().map(ringOf)[0] ?? null
  }

  put({ person, call, why, owed, due }: OwedRing): void {
    this.sql.exec(
      `insert into rings (person, call, why, owed, due, at) values (?, ?, ?, ?, ?, ?)
       on conflict (person, call) do update set why = excluded.why, owed = excluded.owed, due = excluded.due`,
      ...[person, call, why, owed ? 1 : 0, due, Date.now()],
    )
  }

  remove(person: string, call: string): void {
    this.sql.exec('delete from rings where person = ? and call = ?', person, call)
  }

  /** What began before then has stopped by itself. */
  forget(before: number): void {
    this.sql.exec('delete from rings where at < ?', before)
  }
}

function beforeMeetings(id: string): Pick<LiveCall, 'meeting' | 'met' | 'guests'> {
  return { meeting: id, met: false, guests: 0 }
}

function ringOf({ person, call, why, owed, due }: Columns): OwedRing {
  return { person, call, why: why as Over | null, owed: owed === 1, due }
}
