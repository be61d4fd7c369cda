import { limits } from '../../protocol/limits.ts'

/**
 * What becomes of a request that came with a key. `mine`: it is to be carried out, under this command id, which is the same
 * whenever the request has to begin again; `done`: it was, and this was answered; `busy`: it is under way; `other`: the key
 * stands for another request; `full`: as many keys are kept as may be.
 */
export type Claim =
  | { state: 'mine'; command: string }
  | { state: 'done'; status: number; answer: string }
  | { state: 'busy' | 'full'; retryAfterMs: number }
  | { state: 'other' }

/** A repeat of a request that is under way asks again this soon. */
const askAgainMs = 1_000

interface KeyRow extends Record<string, SqlStorageValue> {
  print: string
  command: string
  busy_until: number
  status: number | null
  answer: string | null
}

/** The idempotency keys of a person's requests over HTTP, each for a day. */
export class Keys {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** Takes a request up. `print` tells it from any other; `command` is its id if it is the first under this key. */
  claim(key: string, print: string, command: string, now: number): Claim {
    this.sql.exec('delete from keys where at <= ?', now - limits.idempotencyMs)
    const columns = 'print, command, busy_until, status, answer'
    const row = this.sql.exec<KeyRow>(`select ${columns} from keys where key = ?`, key).toArray()[0]
    if (!row) return this.first(key, print, command, now)
    if (row.print !== print) return { state: 'other' }
    if (row.status !== null) return { state: 'done', status: row.status, answer: row.answer ?? '' }
    if (row.busy_until > now) return { state: 'busy', retryAfterMs: Math.min(row.busy_until - now, askAgainMs) }
    this.sql.exec('update keys set busy_until = ? where key = ?', now + limits.idempotencyLeaseMs, key)
    return { state: 'mine', command: row.command }
  }

  /** The request was carried out: whoever repeats it gets this answer. */
  keep(key: string, status: number, answer: string): void {
    this.sql.exec('update keys set status = ?, answer = ? where key = ?', status, answer, key)
  }

  /** The request was not carried out, or nobody knows: its next repeat does it, under the same command id. */
  free(key: string): void {
    this.sql.exec('update keys set busy_until = 0 where key = ? and status is null', key)
  }

  private first(key: string, print: string, command: string, now: number): Claim {
    const { kept, oldest } = this.sql
      .exec<{ kept: number; oldest: number | null }>('select count(*) as kept, min(at) as oldest from keys')
      .one()
    if (kept >= limits.idempotencyKeys) {
      return { state: 'full', retryAfterMs: (oldest ?? now) + limits.idempotencyMs - now }
    }
    const row = [key, print, command, now, now + limits.idempotencyLeaseMs]
    this.sql.exec('insert into keys (key, print, command, at, busy_until) values (?, ?, ?, ?, ?)', ...row)
    return { state: 'mine', command }
  }
}
