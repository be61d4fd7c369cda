import { disturbance, type Disturbance, type News } from '../../protocol/disturbance.ts'
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

  /** A room has news, or was read. `listens`: a device is connected, and shows what disturbs by itself. */
  heard(line: RoomLine, news: News, listens: boolean, now: number): Disturbance {
    const decided = disturbance(line, news, this.self.settings(), this.self.status(), now)
    if (line.unread === 0) this.sql.exec('delete from pushes where room = ?', line.room)
    if (decided.what === 'push' && news !== null && !listens && this.self.subscribed()) {
      this.sql.exec(
        'insert or replace into pushes (room, seq, news, at) values (?, ?, ?, ?)',
        ...[line.room, line.head, news, now],
      )
    }
    return decided
  }

  /** The room is the person's no more. */
  gone(room: string): void {
    this.sql.exec('delete from pushes where room = ?', room)
  }

  /** What a room still tells an inbox in which nobody listens: nothing, unless a push would reach the person. */
  wake({ level }: Pick<RoomLine, 'level'>): Wake {
    return this.self.subscribed() ? level : 'nothing'
  }
}
