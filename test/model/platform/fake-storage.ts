import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

/**
 * The storage of one object: SQLite and the alarm. What a turn writes stays in an open transaction until the platform
 * commits it; a crash before that takes it back.
 */
export class FakeStorage {
  /** Whether something was written that is not committed yet. */
  dirty = false
  private readonly database = new DatabaseSync(':memory:')
  private readonly statements = new Map<string, { statement: StatementSync; reads: boolean }>()
  private readonly wrote: () => void
  private alarmAt: number | null = null
  private keptAlarmAt: number | null = null
  private ringing = false
  private savepoints = 0

  /** `wrote` is called at the first write after each commit. */
  constructor(wrote: () => void) {
    this.wrote = wrote
    this.database.exec('begin')
  }

  readonly sql = {
    exec: (query: string, ...bindings: SQLInputValue[]) => {
      if (bindings.length === 0 && /;\s*\S/.test(query)) {
        this.touch()
        this.database.exec(query)
        return cursor([])
      }
      const { statement, reads } = this.prepared(query)
      if (!reads) this.touch()
      return cursor(statement.all(...bindings))
    },
  }

  transactionSync<T>(work: () => T): T {
    const name = `s${++this.savepoints}`
    this.database.exec(`savepoint ${name}`)
    try {
      const result = work()
      this.database.exec(`release ${name}`)
      return result
    } catch (error) {
      this.database.exec(`rollback to ${name}; release ${name}`)
      throw error
    } finally {
      this.savepoints--
    }
  }

  async getAlarm(): Promise<number | null> {
    return this.alarmAt
  }

  async setAlarm(at: number | Date): Promise<void> {
    this.alarmAt = Number(at)
    this.touch()
  }

  async deleteAlarm(): Promise<void> {
    this.alarmAt = null
    this.touch()
  }

  async deleteAll(): Promise<void> {
    for (const { name } of this.sql.exec("select name from sqlite_master where type = 'table'").toArray()) {
      this.sql.exec(`drop table "${String(name)}"`)
    }
    this.statements.clear()
    this.alarmAt = null
    this.touch()
  }

  /** When the platform rings next, as far as it is committed. */
  committedAlarm(): number | null {
    return this.keptAlarmAt
  }

  /** The alarm rings. It stays set until its handler is through, so that a crash on the way rings again. */
  ring(): void {
    this.ringing = true
    this.alarmAt = null
  }

  rung(): void {
    this.ringing = false
    if (this.alarmAt === null) this.touch()
  }

  commit(): void {
    this.database.exec('commit; begin')
    this.dirty = false
    if (this.alarmAt !== null || !this.ringing) this.keptAlarmAt = this.alarmAt
  }

  /** The process died: what was not committed never happened. */
  rollback(): void {
    this.database.exec('rollback; begin')
    this.dirty = false
    this.ringing = false
    this.alarmAt = this.keptAlarmAt
  }

  close(): void {
    this.database.close()
  }

  /** For the checks: reads without being part of the object. */
  read<T>(query: string, ...bindings: SQLInputValue[]): T[] {
    return this.prepared(query).statement.all(...bindings) as T[]
  }

  private prepared(query: string) {
    let prepared = this.statements.get(query)
    if (!prepared) {
      prepared = { statement: this.database.prepare(query), reads: /^\s*select\b/i.test(query) }
      this.statements.set(query, prepared)
    }
    return prepared
  }

  private touch(): void {
    if (this.dirty) return
    this.dirty = true
    this.wrote()
  }
}

function cursor<T>(rows: T[]) {
  return {
    toArray: () => rows,
    one() {
      if (rows.length !== 1) throw new Error(`Expected exactly one result from SQL query, but got ${rows.length}`)
      return rows[0]!
    },
    [Symbol.iterator]: () => rows[Symbol.iterator](),
  }
}
