import type { Ring, RingOver } from '../../protocol/inbox.ts'
import type { Devices } from './devices.ts'
import type * as z from 'zod/mini'

/** Why a call rings no more. */
export type Over = z.infer<typeof RingOver>['why']

/** The calls that ring: also for a device that connects while they do. */
export class Ringing {
  private readonly sql: SqlStorage
  private readonly devices: Devices

  constructor(sql: SqlStorage, devices: Devices) {
    this.sql = sql
    this.devices = devices
  }

  /** A call rings from now on. */
  begin(ring: Ring): void {
    this.sql.exec(
      'insert or replace into rings (call, room, until, ring) values (?, ?, ?, ?)',
      ...[ring.call, ring.room, ring.until, JSON.stringify(ring)],
    )
    this.devices.tell({ t: 'ring', ...ring })
  }

  /** It rings no more, on any device. */
  end(room: string, call: string, why: Over): void {
    const ended = this.sql.exec('delete from rings where call = ? and room = ? returning 1', call, room)
    if (ended.toArray().length > 0) this.devices.tell({ t: 'ring_over', room, call, why })
  }

  /** Ends what nobody answered in time, and says when the next one is due. */
  endOverdue(now: number): number | null {
    const overdue = this.sql.exec<{ room: string; call: string }>('select room, call from rings where until <= ?', now)
    for (const { room, call } of overdue.toArray()) this.end(room, call, 'missed')
    return this.sql.exec<{ next: number | null }>('select min(until) as next from rings').one().next
  }

  /** Whether a call of this room rings. */
  in(room: string): boolean {
    return this.sql.exec('select 1 from rings where room = ?', room).toArray().length > 0
  }

  all(): Ring[] {
    const rows = this.sql.exec<{ ring: string }>('select ring from rings order by until').toArray()
    return rows.map(({ ring }) => JSON.parse(ring) as Ring)
  }
}
