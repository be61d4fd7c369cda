import type { Draft } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'

interface DraftRow extends Record<string, SqlStorageValue> {
  room: string
  thread: number
  text: string
  at: number
}

/**
 * What the person began to write: one for each room and thread, the one that was edited last. One that was taken away
 * leaves its time behind, so that an older one does not bring it back.
 */
export class Drafts {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** Keeps a draft, or that it is empty now. Where there are too many the oldest go. False: a later one is kept. */
  keep({ room, thread, text, at }: Draft): boolean {
    // A thread is named by a seq, which begins at 1.
    const kept = this.sql.exec(
      `insert into drafts (room, thread, text, at) values (?, ?, ?, ?)
       on conflict (room, thread) do update set text = excluded.text, at = excluded.at where at <= excluded.at
       returning 1`,
      ...[room, thread ?? 0, text, at],
    )
    const taken = kept.toArray().length > 0
    for (const empty of [0, 1]) {
      this.sql.exec(
        `delete from drafts where (room, thread) in (
           select room, thread from drafts where (text = '') = ? order by at desc limit -1 offset ?)`,
        ...[empty, limits.drafts],
      )
    }
    return taken
  }

  /** What is kept of a room and thread. */
  of(room: string, thread: number | null): Draft | null {
    const rows = this.sql.exec<DraftRow>('select * from drafts where room = ? and thread = ?', room, thread ?? 0)
    return rows.toArray().map(draftOf)[0] ?? null
  }

  all(): Draft[] {
    return this.sql.exec<DraftRow>("select * from drafts where text <> '' order by at desc").toArray().map(draftOf)
  }
}

function draftOf({ thread, ...draft }: DraftRow): Draft {
  return { ...draft, thread: thread === 0 ? null : thread }
}
