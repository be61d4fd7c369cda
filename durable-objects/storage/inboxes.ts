import type { Wake } from '../between.ts'

/** What is known of one person's inbox. */
export interface InboxRow {
  person: string
  /** They are owed a bump with this n or a higher one. */
  owed: number | null
  /** What they are owed is to hear that they are no member any more. */
  gone: boolean
  /** What came after this seq is news to them; null: after the watermark. */
  since: number | null
  /** How often in a row their inbox could not be reached, and when it is tried again. */
  failed: number
  due: number
  /** No device is there: they are told nothing but what `wake` names. */
  silent: { visit: number; wake: Wake } | null
  /** The last visit that their inbox told of. */
  back: number
}

/** How far the inboxes were told. */
export interface Told {
  /** Of the last bumps. */
  n: number
  epoch: number
  /** Everything up to here was told to whomever it concerns. */
  bumped: number
  /** Something was not that concerns everyone. */
  everyone: boolean
}

interface Columns extends Record<string, SqlStorageValue> {
  person: string
  owed: number | null
  gone: number
  since: number | null
  failed: number
  due: number
  silent_visit: number | null
  wake: string | null
  back_visit: number
}

/** What the room keeps of its members' inboxes; read once, and written in the step of what it follows from. */
export class Inboxes {
  private readonly sql: SqlStorage
  private rows: Map<string, InboxRow> | null = null

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  told(): Told | null {
    const rows = this.sql.exec<{ n: number; epoch: number; bumped: number; everyone: number }>('select * from told')
    const [row] = rows.toArray()
    return row ? { n: row.n, epoch: row.epoch, bumped: row.bumped, everyone: row.everyone === 1 } : null
  }

  setTold({ n, epoch, bumped, everyone }: Told): void {
    this.sql.exec(
      'insert or replace into told (id, n, epoch, bumped, everyone) values (1, ?, ?, ?, ?)',
      ...[n, epoch, bumped, everyone ? 1 : 0],
    )
  }

  of(person: string): InboxRow {
    return this.all().get(person) ?? { person, ...unknown }
  }

  /** Those of whom anything is known. */
  all(): ReadonlyMap<string, InboxRow> {
    return this.read()
  }

  put(row: InboxRow): void {
    const { person, owed, gone, since, failed, due, silent, back } = row
    if (owed === null && silent === null && back === 0) return this.remove(person)
    this.read().set(person, row)
    this.sql.exec(
      `insert or replace into inboxes (person, owed, gone, since, failed, due, silent_visit, wake, back_visit)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[person, owed, gone ? 1 : 0, since, failed, due, silent?.visit ?? null, silent?.wake ?? null, back],
    )
  }

  remove(person: string): void {
    if (this.read().delete(person)) this.sql.exec('delete from inboxes where person = ?', person)
  }

  /** What was written was taken back: reads it anew. */
  forget(): void {
    this.rows = null
  }

  /** What someone was called who is no member any more; null: it is not known. */
  leaver(person: string): string | null {
    const rows = this.sql.exec<{ name: string }>('select name from leavers where person = ?', person)
    return rows.toArray()[0]?.name ?? null
  }

  setLeaver(person: string, name: string): void {
    this.sql.exec('insert or replace into leavers (person, name) values (?, ?)', person, name)
  }

  removeLeaver(person: string): void {
    this.sql.exec('delete from leavers where person = ?', person)
  }

  private read(): Map<string, InboxRow> {
    if (this.rows) return this.rows
    const rows = this.sql.exec<Columns>('select * from inboxes').toArray()
    this.rows = new Map(rows.map((row) => [row.person, rowOf(row)]))
    return this.rows
  }
}

const unknown: Omit<InboxRow, 'person'> = {
  ...{ owed: null, gone: false, since: null, failed: 0, due: 0, silent: null, back: 0 },
}

function rowOf({ person, owed, gone, since, failed, due, silent_visit, wake, back_visit }: Columns): InboxRow {
  const silent = silent_visit === null ? null : { visit: silent_visit, wake: wake as Wake }
  return { person, owed, gone: gone === 1, since, failed, due, silent, back: back_visit }
}
