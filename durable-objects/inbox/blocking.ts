import type { Plans } from './duty.ts'
import { InTurn } from './in-turn.ts'
import type { Profile } from './profile.ts'
import type { Refreshes } from './refreshes.ts'
import type { Self } from './self.ts'
import { warn } from '../log.ts'

/**
 * What became of a wish to block someone or to let them again. `pending`: it is not known whether Postgres and the room
 * of the two have heard of it; the inbox asks until they have.
 */
export type BlockAnswer = 'done' | 'pending' | 'unknown' | 'too_many'

/** A wish whose outcome is unknown is asked for again after this long, and then ever more seldom. */
const retryMs = 5_000

interface Wish extends Record<string, SqlStorageValue> {
  other: string
  command: string
  block: number
  /** Whether Postgres has done it, and only the room of the two has yet to hear of it. */
  done: number
  direct: string | null
}

/** Whom the person blocks: a wish is kept before anything is asked, and only the last one for each person counts. */
export class Blocking {
  private readonly self: Self
  private readonly sql: SqlStorage
  private readonly agenda: Plans
  private readonly profile: Profile
  private readonly refreshes: Refreshes
  private readonly changed: (other: string) => Promise<void>
  private readonly turns = new InTurn()

  /** `changed`: from here on the two see each other differently. */
  constructor(parts: {
    self: Self
    sql: SqlStorage
    agenda: Plans
    profile: Profile
    refreshes: Refreshes
    changed: (other: string) => Promise<void>
  }) {
    this.self = parts.self
    this.sql = parts.sql
    this.agenda = parts.agenda
    this.profile = parts.profile
    this.refreshes = parts.refreshes
    this.changed = parts.changed
  }

  /** Blocks someone, or lets them again. When it is `done`, no message of theirs arrives any more. */
  async set(other: string, block: boolean): Promise<BlockAnswer> {
    const command = crypto.randomUUID()
    const wish = 'insert or replace into wishes (other, command, block, done) values (?, ?, ?, 0)'
    this.sql.exec(wish, other, command, block ? 1 : 0)
    this.agenda.hasten('blocks', Date.now() + retryMs)
    return await this.turns.do(() => this.fulfil(other))
  }

  /** Asks for what is not known to be done. Throws while that cannot be. */
  async settle(): Promise<void> {
    for (const { other } of this.sql.exec<Wish>('select * from wishes').toArray()) {
      const answer = await this.turns.do(() => this.fulfil(other))
      // Postgres is away: the others would only wait for the same silence.
      if (answer === 'pending') throw new Error('a block is not settled yet')
    }
    this.agenda.done('blocks')
  }

  private async fulfil(other: string): Promise<BlockAnswer> {
    const wish = this.wish(other)
    // The one before did it already, in this one's place.
    if (!wish) return 'done'
    try {
      const direct = wish.done === 1 ? wish.direct : await this.carryOut(wish)
      if (typeof direct === 'object' && direct !== null) return direct.refused
      if (direct !== null && !(await this.refreshes.now(direct))) return 'pending'
      this.sql.exec('delete from wishes where command = ?', wish.command)
      return 'done'
    } catch (error) {
      warn(`inbox ${this.self.person}: a block is not settled yet: ${String(error)}`)
      return 'pending'
    }
  }

  /** Has Postgres do it, and answers the direct room of the two. */
  private async carryOut({
    other,
    command,
    block,
  }: Wish): Promise<string | null | { refused: 'unknown' | 'too_many' }> {
    this.self.doubt()
    const { outcome, blocked, direct, shared } = await this.profile.setBlock(other, block === 1)
    if (outcome !== 'done') {
      this.sql.exec('delete from wishes where command = ?', command)
      return { refused: outcome }
    }
    this.self.setBlocked(blocked)
    this.sql.exec('update wishes set done = 1, direct = ? where command = ?', direct, command)
    this.refreshes.add(shared)
    await this.changed(other)
    return direct
  }

  private wish(other: string): Wish | null {
    return this.sql.exec<Wish>('select * from wishes where other = ?', other).toArray()[0] ?? null
  }
}
