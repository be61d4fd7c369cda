import type { OwnStatus, Settings } from '../../protocol/inbox.ts'
import type { People, Privacy } from './core/may-see.ts'
import type { Visit } from './core/visit.ts'
import type { OwnFacts } from './core/own-facts.ts'
import type { KeptPresence } from './profile.ts'

/** What is Postgres' to say of the person. */
type Said = Pick<OwnFacts, 'settings' | 'blocked'>

/** Until Postgres has said anything: nobody sees anything of someone who is not known. */
const unsaid: Said = {
  settings: {
    ...{ lastSeen: 'nobody', photo: 'nobody', about: 'nobody', groupAdd: 'nobody' },
    ...{ readReceipts: false, quietHours: null, previews: false },
  },
  blocked: [],
}

/** What Postgres was last told of the person's presence, and when. */
export interface Told {
  presence: KeptPresence
  at: number
}

interface SelfRow extends Record<string, SqlStorageValue> {
  said: string | null
  status: string | null
  last_seen_at: number | null
  visit: string | null
  told: string | null
  subscribed: number
}

/** What the inbox keeps of its person: what they set for themself, and how they are. */
export class Self {
  readonly person: string
  private readonly sql: SqlStorage
  /** Read once: every transition of presence asks. Null: read it again. */
  private kept: SelfRow | null = null
  /** Rises with every change that was made here, so that what was read from Postgres before it is not taken after it. */
  private changes = 0

  constructor(person: string, sql: SqlStorage) {
    this.person = person
    this.sql = sql
    sql.exec('insert or ignore into self (id) values (1)')
  }

  /** Whether Postgres has ever said who this is. */
  known(): boolean {
    return this.row().said !== null
  }

  status(): OwnStatus {
    const { status } = this.row()
    return status === null ? { show: 'available', custom: null } : (JSON.parse(status) as OwnStatus)
  }

  settings(): Settings {
    return this.said().settings
  }

  blocked(): string[] {
    return this.said().blocked
  }

  blocks(person: string): boolean {
    return this.blocked().includes(person)
  }

  /** Whether the person shows to nobody when they are here, and so sees it of nobody. */
  hides(): boolean {
    return this.settings().lastSeen === 'nobody'
  }

  privacy(contacts: People): Privacy {
    return {
      ...{ person: this.person, lastSeen: this.settings().lastSeen },
      ...{ blocked: new Set(this.blocked()), contacts },
    }
  }

  /** Something is about to be changed in Postgres, or may have been: what was read before says nothing of it. */
  doubt(): void {
    this.changes += 1
  }

  /** How often something was changed here: asked for before Postgres is, and given to `take` with its answer. */
  asOf(): number {
    return this.changes
  }

  /** Takes what Postgres says. The status is Postgres' to say once, and the inbox's own from then on. True: it is new. */
  take({ status, lastSeenAt, settings, blocked }: OwnFacts): boolean {
    const before = this.row()
    if (before.status === null) this.setStatus(status)
    if (lastSeenAt !== null && lastSeenAt > (before.last_seen_at ?? 0)) this.set('last_seen_at', lastSeenAt)
    return this.say({ settings, blocked }) || before.status === null
  }

  setStatus(status: OwnStatus): void {
    this.set('status', JSON.stringify(status))
  }

  setSettings(settings: Settings): void {
    this.changes += 1
    this.sayMore({ settings })
  }

  setBlocked(blocked: string[]): void {
    this.changes += 1
    this.sayMore({ blocked })
  }

  visit(): Visit | null {
    const { visit } = this.row()
    return visit === null ? null : (JSON.parse(visit) as Visit)
  }

  /** The last sign of life of the visit before this one, or of the last one. */
  lastSeenAt(): number | null {
    return this.row().last_seen_at
  }

  /** Keeps the visit; null: it is over, and lasted until its last sign of life. */
  setVisit(visit: Visit | null): void {
    const before = this.visit()
    if (visit === null && before !== null) this.set('last_seen_at', before.seenAt)
    const text = visit && JSON.stringify(visit)
    if (text !== this.row().visit) this.set('visit', text)
  }

  told(): Told | null {
    const { told } = this.row()
    return told === null ? null : (JSON.parse(told) as Told)
  }

  setTold(told: Told): void {
    this.set('told', JSON.stringify(told))
  }

  /** Whether a push would reach the person where no device is connected. */
  subscribed(): boolean {
    return this.row().subscribed === 1
  }

  /** Nothing is known of the person any more. */
  forget(): void {
    this.sql.exec('insert or replace into self (id) values (1)')
    this.kept = null
  }

  private said(): Said {
    const { said } = this.row()
    return said === null ? unsaid : (JSON.parse(said) as Said)
  }

  /** Of someone who is not known yet a part says too little; all of it is read when it is asked for. */
  private sayMore(part: Partial<Said>): void {
    if (this.known()) this.say({ ...this.said(), ...part })
  }

  private say(said: Said): boolean {
    const text = JSON.stringify(said)
    if (text === this.row().said) return false
    this.set('said', text)
    return true
  }

  private row(): SelfRow {
    this.kept ??= this.sql.exec<SelfRow>('select said, status, last_seen_at, visit, told, subscribed from self').one()
    return this.kept
  }

  private set(column: 'said' | 'status' | 'last_seen_at' | 'visit' | 'told', value: string | number | null): void {
    this.sql.exec(`update self set ${column} = ?`, value)
    this.kept = null
  }
}
