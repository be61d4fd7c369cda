import type { ChangeSettings } from '../../protocol/api.ts'
import type { News } from '../../protocol/disturbance.ts'
import type { InboxWelcome, OwnStatus, Presence, RoomLine, Settings } from '../../protocol/inbox.ts'
import type { InboxForOthers, RoomForInboxes, Wake, Watcher } from '../between.ts'
import type { Objects } from '../env.ts'
import { DatabaseAway, type ServiceFunctions } from '../service-functions.ts'
import { Blocking, type BlockAnswer } from './blocking.ts'
import { Contacts } from './contacts.ts'
import { contactsIn } from './core/may-see.ts'
import { hidden } from './core/visit.ts'
import { noteDevice, type Devices } from './devices.ts'
import type { PersonDuty, Plans } from './duty.ts'
import { Here } from './here.ts'
import { InTurn } from './in-turn.ts'
import { Profile, type ChangedSettings, type OwnState } from './profile.ts'
import { Pushes } from './pushes.ts'
import { Refreshes } from './refreshes.ts'
import { Self } from './self.ts'
import { Watchers } from './watchers.ts'
import { Watching } from './watching.ts'
import { warn } from '../log.ts'

/** What became of a change of settings. `away`: Postgres was not reached, or did not say. */
export type SettingsAnswer = { outcome: 'changed'; settings: Settings } | { outcome: 'away' | 'gone' }

/** What Postgres says is read again so soon after an answer of it was lost. */
const readAgainMs = 5_000

/** The person behind an inbox: whether they are here, who may see it, what they set for themself and whom they block. */
export class Person {
  private readonly self: Self
  private readonly devices: Devices
  private readonly agenda: Plans
  private readonly profile: Profile
  private readonly contacts: Contacts
  private readonly here: Here
  private readonly watchers: Watchers
  private readonly watching: Watching
  private readonly refreshes: Refreshes
  private readonly blocking: Blocking
  private readonly pushes: Pushes
  private readonly changing = new InTurn()
  private reading: Promise<boolean> | null = null
  /** Changes of settings that Postgres was asked for and has not answered: what is read meanwhile may be from before. */
  private asking = 0

  constructor(parts: {
    person: string
    sql: SqlStorage
    devices: Devices
    agenda: Plans
    functions: ServiceFunctions
    inboxes: Objects<InboxForOthers>
    rooms: Objects<RoomForInboxes>
  }) {
    const { person, sql, devices, agenda, functions, inboxes, rooms } = parts
    const self = new Self(person, sql)
    const profile = new Profile(functions, person)
    this.self = self
    this.devices = devices
    this.agenda = agenda
    this.profile = profile
    this.contacts = new Contacts(sql)
    this.watchers = new Watchers({ self, sql, agenda, inboxes, contacts: this.contacts })
    this.watching = new Watching({ self, sql, devices, agenda, inboxes })
    this.refreshes = new Refreshes(sql, agenda, rooms)
    this.pushes = new Pushes(self, sql)
    const watched = () => this.watchers.any()
    this.here = new Here({ self, devices, agenda, profile, watched, turned: () => this.turned() })
    const changed = (other: string) => this.seeEachOtherAnew(other)
    this.blocking = new Blocking({ self, sql, agenda, profile, refreshes: this.refreshes, changed })
  }

  /** What every device is told of it. */
  own(): Pick<InboxWelcome, 'status' | 'settings' | 'blocked'> {
    return { status: this.self.status(), settings: this.self.settings(), blocked: this.self.blocked() }
  }

  /** A device was welcomed. */
  hello(socket: WebSocket, now: number): void {
    this.watching.greet(socket)
    this.here.sense(now)
  }

  look(socket: WebSocket, away: boolean, now: number): void {
    noteDevice(socket, { away, seenAt: now })
    this.here.sense(now)
  }

  /** A device's socket has closed; `clean`: by itself. */
  left(socket: WebSocket, clean: boolean, now: number): void {
    this.watching.left()
    this.here.left(socket, clean, now)
  }

  /** A device says how the person shows themself: the others hear it. */
  setStatus(socket: WebSocket, { show, custom }: OwnStatus, now: number): void {
    const said = custom !== null && (custom.text !== '' || custom.emoji !== null) ? custom : null
    this.here.setStatus({ show, custom: said } satisfies OwnStatus, now)
    this.devices.tell({ t: 'mine', ...this.own() }, socket)
  }

  watch(socket: WebSocket, people: readonly string[]): void {
    this.inBackground(this.watching.watch(socket, people))
  }

  /** Someone has the person on screen. Throws while nothing is known of the person and Postgres cannot say. */
  async watchedBy(watcher: Watcher): Promise<Presence> {
    if (!(await this.known())) return hidden(this.self.person)
    const now = Date.now()
    const presence = this.watchers.add(watcher, this.here.now(now))
    this.here.expected(now)
    return presence
  }

  unwatchedBy(person: string): void {
    this.watchers.remove(person)
  }

  /** How someone is whom this person watches. */
  heard(presence: Presence): boolean {
    return this.watching.heard(presence)
  }

  /** A room has news. `listens`: a device is connected. */
  news(line: RoomLine, news: News, listens: boolean, now: number): void {
    this.pushes.heard(line, news, listens, now)
  }

  /** What a room still tells while no device is connected. */
  wake(line: Pick<RoomLine, 'level'>): Wake {
    return this.pushes.wake(line)
  }

  /** Rooms of the list changed: some may have been read, or be the person's no more. */
  listed(): void {
    this.pushes.withdraw()
  }

  blocks(person: string): boolean {
    return this.self.blocks(person)
  }

  busy(): boolean {
    return this.self.status().show === 'busy'
  }

  /** What the person set, or null: there is no such person. Throws while that is not known and Postgres cannot say. */
  async settings(): Promise<Settings | null> {
    return (await this.known()) ? this.self.settings() : null
  }

  async blocked(): Promise<string[] | null> {
    return (await this.known()) ? this.self.blocked() : null
  }

  /** Changes what is named: in Postgres first, and then for everyone who sees the person. */
  async changeSettings(change: ChangeSettings): Promise<SettingsAnswer> {
    return await this.changing.do(async () => {
      // Before it is asked for: whatever becomes of the answer or of this object, what Postgres has is read again.
      this.agenda.hasten('facts', Date.now() + readAgainMs)
      this.self.doubt()
      this.asking += 1
      try {
        const changed = await this.profile.changeSettings(change)
        return changed ? this.changed(changed) : { outcome: 'gone' }
      } catch (error) {
        this.self.doubt()
        if (error instanceof DatabaseAway) return { outcome: 'away' }
        throw error
      } finally {
        this.asking -= 1
      }
    })
  }

  private changed({ settings, rooms }: NonNullable<ChangedSettings>): SettingsAnswer {
    const hid = this.self.hides()
    this.self.setSettings(settings)
    this.refreshes.add(rooms)
    this.devices.tell({ t: 'mine', ...this.own() })
    this.turned()
    if (hid !== this.self.hides()) this.inBackground(this.watching.askAnew(null))
    if (rooms.length > 0) this.inBackground(this.refreshes.run())
    this.agenda.done('facts')
    return { outcome: 'changed', settings }
  }

  /** Blocks someone, or lets them again. */
  async block(other: string, on: boolean): Promise<BlockAnswer> {
    const answer = await this.blocking.set(other, on)
    if (answer === 'done') this.inBackground(this.refreshes.run())
    return answer
  }

  /** The person is called otherwise in Postgres by now: their rooms read it. */
  renamed(rooms: readonly string[]): void {
    this.refreshes.add(rooms)
    this.inBackground(this.refreshes.run())
  }

  /**
   * Takes what Postgres says; `asOf` is what the same method answered before Postgres was asked. False: something was
   * changed meanwhile, and Postgres is asked again.
   */
  take({ person, rooms }: OwnState, asOf: number): boolean {
    if (asOf !== this.self.asOf()) {
      this.agenda.hasten('facts', Date.now() + readAgainMs)
      return false
    }
    const [known, before] = [this.self.known(), this.self.settings()]
    const others = this.contacts.replace(contactsIn(rooms))
    const changed = this.self.take(person)
    if (this.asking === 0) this.agenda.done('facts')
    if (!changed && !others) return true
    if (changed) this.devices.tell({ t: 'mine', ...this.own() })
    if (known && before.readReceipts !== this.self.settings().readReceipts) {
      this.refreshes.add(rooms.filter(({ type }) => type === 'direct').map(({ room }) => room))
    }
    this.here.sense(Date.now())
    if (changed) this.inBackground(this.watching.askAnew(null))
    return true
  }

  /** The person is gone. */
  forget(): void {
    this.self.forget()
  }

  asOf(): number {
    return this.self.asOf()
  }

  async perform(duty: PersonDuty): Promise<void> {
    const now = Date.now()
    switch (duty) {
      case 'presence':
        return this.here.sense(now)
      case 'keep':
        return await this.here.keep(now)
      case 'tell':
        return await this.tellWatchers()
      case 'watch':
        return await this.watching.ask()
      case 'blocks':
        return await this.blocking.settle()
      case 'refresh':
        return await this.refreshes.run()
      case 'facts':
        await this.read()
        if (this.asking > 0) return this.agenda.plan('facts', Date.now() + readAgainMs)
        return this.agenda.done('facts')
    }
  }

  /** Whether there is such a person. Throws while that is not known and Postgres cannot say. */
  private async known(): Promise<boolean> {
    return this.self.known() || (await this.read())
  }

  private read(): Promise<boolean> {
    this.reading ??= this.readNow().finally(() => {
      this.reading = null
    })
    return this.reading
  }

  private async readNow(): Promise<boolean> {
    while (true) {
      const asOf = this.self.asOf()
      const state = await this.profile.state()
      if (!state) return false
      if (this.take(state, asOf)) return true
    }
  }

  /** From here on the two may see more or less of each other. */
  private async seeEachOtherAnew(other: string): Promise<void> {
    this.devices.tell({ t: 'mine', ...this.own() })
    const both = await Promise.allSettled([this.tellWatchers(), this.watching.askAnew(other)])
    for (const each of both) if (each.status === 'rejected') this.warn(each.reason)
  }

  private turned(): void {
    this.inBackground(this.tellWatchers())
  }

  private tellWatchers(): Promise<void> {
    return this.watchers.tell(() => this.here.now(Date.now()))
  }

  /** Whatever fails here was promised to the agenda before. */
  private inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.warn(error))
  }

  private warn(error: unknown): void {
    warn(`inbox ${this.self.person}: ${String(error)}`)
  }
}
