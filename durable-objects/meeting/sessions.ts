import { Endings, type Ending } from '../endings.ts'
import type { Visitor } from '../visitor.ts'

/** Which session each place in the call was given to, and which sessions were ended since. Guests have none. */
export class Sessions {
  private readonly sql: SqlStorage
  private readonly endings: Endings

  constructor(sql: SqlStorage) {
    this.sql = sql
    this.endings = new Endings(sql)
  }

  /** Ends sessions of a person. */
  end(person: string, ending: Ending, now: number): void {
    this.endings.add(person, ending, now)
  }

  /** Whether the session behind a visit was ended before its token is over. */
  over(visitor: Visitor): boolean {
    return this.endings.over(visitor.person, visitor)
  }

  /** A token for the call goes to this visitor, who is known there as `identity`. */
  give(identity: string, { person, device, login = null, issuedAt = null }: Visitor): void {
    const put = 'insert or replace into grants (identity, person, device, login, issued_at) values (?, ?, ?, ?, ?)'
    this.sql.exec(put, identity, person, device, login, issuedAt)
  }

  /** Those of these identities whose session was ended. */
  endedAmong(identities: Iterable<string>): string[] {
    return [...identities].filter((identity) => {
      const grant = this.sql
        .exec<{ person: string; device: string; login: string | null; issued_at: number | null }>(
          'select person, device, login, issued_at from grants where identity = ?',
          identity,
        )
        .toArray()[0]
      return grant !== undefined && this.endings.over(grant.person, { ...grant, issuedAt: grant.issued_at })
    })
  }
}

/** The table of a meeting’s own; it has that of endings beside. */
export const grantsTable = `
  create table if not exists grants (
    identity text primary key, person text not null, device text not null, login text, issued_at integer
  ) without rowid;
`
