import type { Presence } from '../../protocol/inbox.ts'
import type { InboxForOthers, Watcher } from '../between.ts'
import type { Objects } from '../env.ts'
import { eachInParallel } from '../parallel.ts'
import { maySee, seenBy, type People } from './core/may-see.ts'
import { hidden, shown, type Being } from './core/visit.ts'
import type { Plans } from './duty.ts'
import type { Self } from './self.ts'

/** Inboxes that are told at the same time. */
const toldAtOnce = 32

/** What could not be told is told again after this long, and then ever more seldom. */
const retryMs = 5_000

interface WatcherRow extends Record<string, SqlStorageValue> {
  person: string
  hides: number
  blocks: number
  told: string
  asked: number
}

/** What one inbox is told, and to which question of theirs it belongs. */
interface Letter {
  person: string
  asked: number
  presence: Presence
}

/** Who has this person on screen, and what each was last told: they hear of it when that changes, and only then. */
export class Watchers {
  private readonly self: Self
  private readonly sql: SqlStorage
  private readonly agenda: Plans
  private readonly inboxes: Objects<InboxForOthers>
  private readonly contacts: People
  private telling: Promise<void> | null = null

  constructor(parts: {
    self: Self
    sql: SqlStorage
    agenda: Plans
    inboxes: Objects<InboxForOthers>
    contacts: People
  }) {
    this.self = parts.self
    this.sql = parts.sql
    this.agenda = parts.agenda
    this.inboxes = parts.inboxes
    this.contacts = parts.contacts
  }

  any(): boolean {
    return this.sql.exec('select 1 from watchers limit 1').toArray().length > 0
  }

  /** Someone has the person on screen from now on, or their own inbox says something new of them. */
  add({ person, hides, blocks }: Watcher, being: Being): Presence {
    const presence = seenBy({ person, hides, blocks }, this.self.privacy(this.contacts), being)
    // `asked` rises, so that a no to what was told before the question does not take them away.
    this.sql.exec(
      `insert into watchers (person, hides, blocks, told) values (?, ?, ?, ?)
       on conflict (person) do update set hides = excluded.hides, blocks = excluded.blocks, told = excluded.told,
         asked = asked + 1`,
      ...[person, hides ? 1 : 0, blocks ? 1 : 0, JSON.stringify(presence)],
    )
    return presence
  }

  remove(person: string): void {
    this.sql.exec('delete from watchers where person = ?', person)
  }

  /** Tells everyone for whom something is different now. It is promised before it is begun. */
  tell(being: () => Being): Promise<void> {
    if (this.telling) return this.telling
    if (this.owed(being()).length === 0) {
      this.agenda.done('tell')
      return Promise.resolve()
    }
    this.agenda.hasten('tell', Date.now() + retryMs)
    this.telling = this.tellAll(being).finally(() => {
      this.telling = null
    })
    return this.telling
  }

  private async tellAll(being: () => Being): Promise<void> {
    // While they are told, it may change again. One that fails is left to the agenda, and so are those after it.
    for (let owed = this.owed(being()); owed.length > 0; owed = this.owed(being())) {
      await eachInParallel(owed, toldAtOnce, (letter) => this.deliver(letter))
    }
    this.agenda.done('tell')
  }

  private async deliver({ person, asked, presence }: Letter): Promise<void> {
    // Until it is known to have arrived, nothing is known of what they were told.
    this.sql.exec(`update watchers set told = '' where person = ? and asked = ?`, person, asked)
    const listens = await this.inboxes.getByName(person).presence(presence)
    if (!listens) this.sql.exec('delete from watchers where person = ? and asked = ?', person, asked)
    else {
      // Who asked meanwhile may have heard the answer before this, although it is newer.
      this.sql.exec(
        `update watchers set told = iif(asked = ?, ?, '') where person = ?`,
        ...[asked, JSON.stringify(presence), person],
      )
    }
  }

  private owed(being: Being): Letter[] {
    const rows = this.sql.exec<WatcherRow>('select person, hides, blocks, told, asked from watchers').toArray()
    if (rows.length === 0) return []
    const privacy = this.self.privacy(this.contacts)
    const [seen, unseen] = [shown(this.self.person, being), hidden(this.self.person)]
    const [seenText, unseenText] = [JSON.stringify(seen), JSON.stringify(unseen)]
    return rows.flatMap(({ person, hides, blocks, told, asked }) => {
      const sees = maySee(privacy, { person, hides: hides === 1, blocks: blocks === 1 })
      return told === (sees ? seenText : unseenText) ? [] : [{ person, asked, presence: sees ? seen : unseen }]
    })
  }
}
