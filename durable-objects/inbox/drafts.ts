import type { Draft } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'

interface DraftRow extends Record<string, SqlStorageValue> {
  room: string
  thread: number
  text: string
  at: number
}

/** What the person began to write: one for each room and thread, the last one that arrived. */
export class Drafts {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** Keeps a draft, or takes it away when it is empty. The oldest goes where there are too many. */
  keep({ room, thread, text, at }: Draft): void {
    // A thread is named by a seq, which begins at 1.
    const key = [room, thread ?? 0]
    if (text === '') this.sql.exec('delete from drafts where room = ? and thread = ?', ...key)
    else this.sql.exec('insert or replace into drafts (room, thread, text, at) values (?, ?, ?, ?)', ...key, text, at)
    this.sql.exec(
      `delete from drafts where (room, thread) in (select room, thread from drafts order by at desc limit -1 offset ?)`,
      limits.drafts,
    )
  }

  all(): Draft[] {
    const rows = this.sql.exec<DraftRow>('select room, thread, text, at from drafts order by at desc').toArray()
    return rows.map(({ thread, ...draft }) => ({ ...draft, thread: thread === 0 ? null : thread }))
  }
}
