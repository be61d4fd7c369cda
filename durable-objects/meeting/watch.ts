import { limits } from '../../protocol/limits.ts'
import type { Agenda } from '../storage/agenda.ts'
import { anyoneConnected, listed } from './core/connections.ts'
import { admitted, type Gathering } from './core/gathering.ts'
import type { MeetingDuty } from './duty.ts'
import type { MediaRoom } from './media.ts'
import { warn } from '../log.ts'

/**
 * Who was put out may come back with a token that still counts: one of ours for a minute, one that the media server gave
 * to who was connected for ten. So it is looked after them, soon and then ever more seldom.
 */
const chasesMs = [1, 3, 6, 12, 30, 60, 120, 180, 300, 450, 600].map((seconds) => seconds * 1_000)

/** Compares what the media server lists with who was let in, and puts out everyone else. */
export class Watch {
  private readonly sql: SqlStorage
  private readonly agenda: Agenda<MeetingDuty>
  private readonly media: MediaRoom
  private readonly now: () => Gathering
  private readonly unwelcome: () => string[]
  private readonly apply: (change: (gathering: Gathering) => Gathering) => void
  private looking: Promise<void> | null = null

  constructor(parts: {
    sql: SqlStorage
    agenda: Agenda<MeetingDuty>
    media: MediaRoom
    now: () => Gathering
    /** By which identities there are people in the call who are not to be. */
    unwelcome: () => string[]
    apply: (change: (gathering: Gathering) => Gathering) => void
  }) {
    this.sql = parts.sql
    this.agenda = parts.agenda
    this.media = parts.media
    this.now = parts.now
    this.unwelcome = parts.unwelcome
    this.apply = parts.apply
  }

  /** Plans the next looks, in the step of the change that calls for them. */
  plan(before: Gathering, next: Gathering, now: number): void {
    if (!this.media.exists()) return
    const out = admitted(before).some(({ id }) => {
      const someone = next.people.get(id)
      return !someone || (someone.standing !== 'admitted' && (someone.barred !== null || someone.admittedAt === null))
    })
    if (out) for (const ms of chasesMs) this.sql.exec('insert or ignore into chases (due) values (?)', now + ms)
    this.planNext(now)
  }

  /** Whether it is time to look. */
  due(now: number): boolean {
    const at = this.agenda.due('watch')
    return at !== null && at <= now
  }

  /** Looks, or goes on looking. Never rejects: what fails is done at the next look. */
  start(): Promise<void> {
    this.looking ??= this.look()
      .catch((error: unknown) => warn(`the media server: ${String(error)}`))
      .finally(() => {
        this.looking = null
      })
    return this.looking
  }

  private async look(): Promise<void> {
    const now = Date.now()
    // Planned first, so that one who dies while looking looks again.
    this.sql.exec('delete from chases where due <= ?', now)
    this.agenda.done('watch')
    this.planNext(now)
    const people = await this.media.list()
    this.apply((gathering) => listed(gathering, people, now, Date.now()))
    await this.putOut(this.unwelcome())
  }

  /** Puts these out of the call. Throws MediaAway once all were tried. */
  async putOut(identities: readonly string[]): Promise<void> {
    if (!this.media.exists()) return
    const tries = await Promise.allSettled(identities.map((identity) => this.media.remove(identity)))
    const failed = tries.find((each) => each.status === 'rejected')
    if (failed) throw failed.reason
  }

  private planNext(now: number): void {
    const gathering = this.now()
    const { due } = this.sql.exec<{ due: number | null }>('select min(due) as due from chases').one()
    const regular = gathering.session || anyoneConnected(gathering) ? now + limits.reconcileEveryMs : Infinity
    const next = Math.min(due ?? Infinity, regular)
    if (next < Infinity) this.agenda.hasten('watch', next)
  }
}
