import { disturbance, type News } from '../../protocol/disturbance.ts'
import type { RoomLine } from '../../protocol/inbox.ts'
import type { Wake } from '../between.ts'
import type { Self } from './self.ts'

/**
 * What is worth a push, once for each room: the last news of it, taken away when the room is read on any device. Nothing
 * sends one yet, and nothing subscribes: Web Push hangs in here, with a subscription for each device, sent when a row is
 * written and withdrawn when it goes.
 */
export class Pushes {
  private readonly self: Self
  private readonly sql: SqlStorage

  constructor(self: Self, sql: SqlStorage) {
    this.self = self
    this.sql = sql
  }

  /** A room has news. `listens`: a device is connected, and shows what disturbs by itself. */
  heard(line: RoomLine, news: News, listens: boolean, now: number): void {
    if (listens || news === null || !this.self.subscribed()) return
    const { what } = disturbance(line, news, this.self.settings(), this.self.status(), now)
    if (what === 'silent') return
    this.sql.exec(
      'insert or replace into pushes (room, seq, news, at) values (?, ?, ?, ?)',
      ...[line.room, line.head, news, now],
    )
  }

  /** Takes away those of rooms that were read, on whatever device, or are the person's no more. */
  withdraw(): void {
    this.sql.exec(
      `delete from pushes where not exists (
         select 1 from lines where lines.room = pushes.room and json_extract(lines.line, '$.unread') > 0)`,
    )
  }

  /** What a room still tells an inbox in which nobody listens: nothing, unless a push would reach the person. */
  wake({ level }: Pick<RoomLine, 'level'>): Wake {
    return this.self.subscribed() ? level : 'nothing'
  }
}
