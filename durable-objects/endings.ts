import { limits } from '../protocol/limits.ts'
import type { Visitor } from './visitor.ts'

/**
 * Sessions that are over before their tokens are: those of devices and sign-ins with these ids, and all whose tokens were
 * made `before` a time, but for one sign-in.
 */
export interface Ending {
  ids: string[]
  before: number | null
  except: string | null
}

/** Who comes, as far as it tells whether their session was ended. */
type Comer = Pick<Visitor, 'device' | 'login' | 'issuedAt'>

/** Which sessions were ended, as a room or an inbox remembers it. */
export class Endings {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  add(person: string, { ids, before, except }: Ending, now: number): void {
    this.sql.exec('delete from endings where until < ?', now)
    const until = now + limits.endedMs
    for (const id of ids) this.put(person, id, 0, null, until)
    if (before !== null && before >= (this.since(person)?.before ?? 0)) this.put(person, '', before, except, until)
  }

  /** All that is remembered of a person, as one. */
  of(person: string): Ending {
    const rows = this.sql.exec<{ id: string }>("select id from endings where person = ? and id <> ''", person).toArray()
    return { ids: rows.map(({ id }) => id), ...(this.since(person) ?? { before: null, except: null }) }
  }

  any(person: string, now: number): boolean {
    const rows = this.sql.exec('select 1 from endings where person = ? and until > ? limit 1', person, now)
    return rows.toArray().length > 0
  }

  over(person: string, { device, login = null, issuedAt = null }: Comer): boolean {
    const ids = this.sql.exec(
      'select 1 from endings where person = ? and id in (?, ?)',
      person,
      device,
      login ?? device,
    )
    if (ids.toArray().length > 0) return true
    const since = this.since(person)
    if (!since || (login !== null && login === since.except)) return false
    // A token says the second in which it was made: of the very second nobody knows, and its sign-in is among the ids.
    return Math.floor((issuedAt ?? 0) / 1_000) < Math.floor(since.before / 1_000)
  }

  private since(person: string): { before: number; except: string | null } | null {
    const rows = this.sql.exec<{ before: number; except_login: string | null }>(
      "select before, except_login from endings where person = ? and id = ''",
      person,
    )
    const row = rows.toArray()[0]
    return row ? { before: row.before, except: row.except_login } : null
  }

  private put(person: string, id: string, before: number, except: string | null, until: number): void {
    const put = 'insert or replace into endings (person, id, before, except_login, until) values (?, ?, ?, ?, ?)'
    this.sql.exec(put, person, id, before, except, until)
  }
}

/** The table of both kinds of objects. */
export const endingsTable = `
  create table if not exists endings (
    person text not null, id text not null, before integer not null, except_login text, until integer not null,
    primary key (person, id)
  ) without rowid;
`
