/** The people whose direct room with the person the person has opened. */
export class Contacts {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  has(person: string): boolean {
    return this.sql.exec('select 1 from contacts where person = ?', person).toArray().length > 0
  }

  /** Takes them as Postgres has them. True: they are others now. */
  replace(people: readonly string[]): boolean {
    const before = this.sql.exec<{ person: string }>('select person from contacts').toArray()
    const now = new Set(people)
    if (before.length === now.size && before.every(({ person }) => now.has(person))) return false
    this.sql.exec('delete from contacts')
    for (const person of now) this.sql.exec('insert into contacts (person) values (?)', person)
    return true
  }
}
