import type { Presence } from '../../protocol/inbox.ts'
import type { InboxForOthers } from '../between.ts'
import type { Objects } from '../env.ts'
import { Paces } from '../paces.ts'
import { eachInParallel } from '../parallel.ts'
import { hidden } from './core/visit.ts'
import { deviceAt, type Devices } from './devices.ts'
import type { Plans } from './duty.ts'
import type { Self } from './self.ts'
import { warn } from '../log.ts'

/** Inboxes that are asked at the same time. */
const askedAtOnce = 32

/** Each question wakes an object, and anyone may name any id: five screens full at once, and then twenty in a second. */
const askRate = { burst: 1_000, perSecond: 20 }

/** Who could not be asked is asked again after this long, and then ever more seldom. */
const retryMs = 5_000

/** Whom the person's devices have on screen. Each of those people's inboxes knows that it is watched, once for all devices. */
export class Watching {
  private readonly self: Self
  private readonly sql: SqlStorage
  private readonly devices: Devices
  private readonly agenda: Plans
  private readonly inboxes: Objects<InboxForOthers>
  private asking: Promise<void> | null = null
  private readonly pace = new Paces(askRate)

  constructor(parts: {
    self: Self
    sql: SqlStorage
    devices: Devices
    agenda: Plans
    inboxes: Objects<InboxForOthers>
  }) {
    this.self = parts.self
    this.sql = parts.sql
    this.devices = parts.devices
    this.agenda = parts.agenda
    this.inboxes = parts.inboxes
  }

  /** A device has these people on screen and no others. It hears of whom is known at once, of the others soon. */
  watch(socket: WebSocket, people: readonly string[]): Promise<void> {
    const key = keyOf(socket)
    this.forget()
    const before = new Set(this.people())
    this.sql.exec('delete from screens where socket = ?', key)
    for (const person of new Set(people)) {
      if (person === this.self.person) continue
      this.sql.exec('insert into screens (socket, person) values (?, ?)', key, person)
      // It begins anywhere: an answer to a question from before they were off the screen is none to this one.
      this.sql.exec('insert or ignore into watched (person, round) values (?, abs(random() % 1000000000000))', person)
    }
    this.forget()
    const now = new Set(this.people())
    if (deviceAt(socket).welcomed) this.greet(socket)
    const over = [...before].filter((person) => !now.has(person))
    return Promise.all([this.ask(), this.unwatch(over)]).then(() => undefined)
  }

  /** A device was welcomed, or has others on screen: it hears of whom is known, also of those it named before. */
  greet(socket: WebSocket): void {
    const rows = this.sql.exec<{ presence: string }>(
      `select presence from watched join screens using (person) where socket = ? and presence is not null`,
      keyOf(socket),
    )
    const people = rows.toArray().map(({ presence }) => JSON.parse(presence) as Presence)
    if (people.length > 0) this.devices.send(socket, { t: 'presence', people })
  }

  /** A device is gone: whoever only it had on screen is watched no more, and is told so when they tell something. */
  left(): void {
    this.forget()
  }

  /** How someone is now. False: no device has them on screen. */
  heard(presence: Presence): boolean {
    this.forget()
    const { person } = presence
    // What was on its way when someone was blocked, or began to hide, is not shown any more.
    const seen = this.self.blocks(person) || this.self.hides() ? hidden(person) : presence
    const text = JSON.stringify(seen)
    const rows = this.sql.exec<{ before: string | null }>(
      'select presence as before from watched where person = ?',
      person,
    )
    const row = rows.toArray()[0]
    if (!row) return false
    this.sql.exec('update watched set presence = ?, round = round + 1 where person = ?', text, person)
    if (row.before !== text) this.show(seen)
    return true
  }

  /** Who has begun to hide or to block is seen differently: everyone, or one of them, is asked again. */
  askAnew(person: string | null): Promise<void> {
    this.unanswered(person)
    for (const { person: other } of this.known()) {
      if (this.self.blocks(other) || this.self.hides()) this.heard(hidden(other))
    }
    return this.ask()
  }

  /** Asks everyone who has not answered yet. It is promised before it is begun. */
  ask(): Promise<void> {
    if (this.asking) return this.asking
    // What others may show depends on what the person set; who they are comes first, and asks again.
    if (!this.self.known()) return Promise.resolve()
    if (this.unasked().length === 0) {
      this.agenda.done('watch')
      return Promise.resolve()
    }
    this.agenda.hasten('watch', Date.now() + retryMs)
    this.asking = this.askAll().finally(() => {
      this.asking = null
    })
    return this.asking
  }

  private async askAll(): Promise<void> {
    for (let people = this.unasked(); people.length > 0; people = this.unasked()) {
      const now = Date.now()
      const some = people.slice(0, askedAtOnce).filter(() => this.pace.wait(this.self.person, now) === 0)
      if (some.length === 0) return this.agenda.plan('watch', now + retryMs)
      await eachInParallel(some, askedAtOnce, async ({ person, round }) => {
        const watcher = { person: this.self.person, hides: this.self.hides(), blocks: this.self.blocks(person) }
        const presence = await this.inboxes.getByName(person).watch(watcher)
        if (presence === 'away') throw new Error(`the inbox of ${person} cannot tell`)
        const answered = this.sql.exec(
          'update watched set asked = 1 where person = ? and round = ? returning 1',
          ...[person, round],
        )
        if (answered.toArray().length > 0) this.heard(presence)
      })
    }
    this.agenda.done('watch')
  }

  private async unwatch(people: string[]): Promise<void> {
    // Who does not hear of it finds out when they tell something.
    await eachInParallel(people, askedAtOnce, (person) =>
      this.inboxes.getByName(person).unwatch(this.self.person),
    ).catch((error: unknown) => warn(`inbox ${this.self.person}: not unwatched: ${String(error)}`))
    // Who is on screen again meanwhile may have heard of both in the other order.
    const again = people.filter((person) => this.people().includes(person))
    for (const person of again) this.unanswered(person)
    if (again.length > 0) await this.ask()
  }

  private show(presence: Presence): void {
    const screens = this.sql.exec<{ socket: string }>('select socket from screens where person = ?', presence.person)
    const keys = new Set(screens.toArray().map(({ socket }) => socket))
    for (const socket of this.devices.welcomed()) {
      if (keys.has(keyOf(socket))) this.devices.send(socket, { t: 'presence', people: [presence] })
    }
  }

  /** Takes away what sockets that are no more had on screen: also of those whose end nobody told. */
  private forget(): void {
    const open = JSON.stringify(this.devices.all().map(keyOf))
    this.sql.exec('delete from screens where socket not in (select value from json_each(?))', open)
    this.sql.exec('delete from watched where person not in (select person from screens)')
  }

  private people(): string[] {
    return this.sql
      .exec<{ person: string }>('select person from watched')
      .toArray()
      .map(({ person }) => person)
  }

  private known(): Presence[] {
    const rows = this.sql.exec<{ presence: string }>('select presence from watched where presence is not null')
    return rows.toArray().map(({ presence }) => JSON.parse(presence) as Presence)
  }

  /** One of them, or everyone, has to be asked anew; an answer that is under way says nothing. */
  private unanswered(person: string | null): void {
    this.sql.exec('update watched set asked = 0, round = round + 1 where ? is null or person = ?', person, person)
  }

  private unasked(): { person: string; round: number }[] {
    return this.sql
      .exec<{ person: string; round: number }>('select person, round from watched where asked = 0')
      .toArray()
  }
}

function keyOf(socket: WebSocket): string {
  return deviceAt(socket).key
}
