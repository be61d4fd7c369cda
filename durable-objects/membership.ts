import type { LinkEnd, MemberChange } from '../protocol/api.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import { may } from '../protocol/permissions.ts'
import type { SystemEvent } from '../protocol/row.ts'
import type { Book } from './book.ts'
import type { Crowd } from './crowd.ts'
import { memberCommand } from './digest.ts'
import type { ChangeOutcome, Database, JoinOutcome } from './outbox/database.ts'
import { forbiddenChange, told, type MadeChange } from './room/changes.ts'
import { withMember, type Room } from './room/room.ts'
import { attached, type Sockets } from './sockets.ts'
import type { Agenda } from './storage/agenda.ts'
import type { Intent } from './storage/record.ts'
import { warn } from './log.ts'

/** What became of someone's wish to join, seen from outside. */
export type JoinAnswer =
  | { outcome: 'over'; reason: LinkEnd }
  | { outcome: 'joined' | 'already' | 'unknown' | 'approval' | 'passcode' | 'too_many' | 'full' | 'away' }

/** What became of changes of members, seen from outside. */
export type ChangeAnswer =
  | { outcome: 'changed'; membersVersion: number; refused: { person: string; reason: string }[] }
  | { outcome: 'forbidden'; detail: string }
  /**
   * `pending`: it was asked for, and is carried out once Postgres can be reached. `too_many`: rooms of the one whom it is
   * about. `none`: they do not wait to be let in.
   */
  | { outcome: 'full' | 'gone' | 'away' | 'not_a_member' | 'pending' | 'too_many' | 'none' }

/** Members are compared with Postgres again when the last look is older than this. */
const membersFreshMs = 5 * 60_000

/** How often in a row members are compared that change while they are. */
const comparisons = 5

/** A member change whose outcome is unknown is asked again after this long. */
const intentRetryMs = 5_000

/** What Postgres said to an intent; null while that is not known. */
type Settled = { members: true; answer: ChangeAnswer } | { members: false; answer: JoinOutcome }

/**
 * The members change in one way only: the wish is written down, Postgres carries it out once, and the room takes over
 * the difference, with a row for each that tells it and the sockets of whoever is no member any more closed before
 * anything else is said.
 */
export class Membership {
  private readonly book: Book
  private readonly crowd: Crowd
  private readonly sockets: Sockets
  private readonly agenda: Agenda
  private readonly database: Database
  /** Someone may be a member no more, or block another. */
  private readonly left: () => void
  private comparing = false

  constructor(parts: { book: Book; crowd: Crowd; sockets: Sockets; agenda: Agenda; database: Database; left(): void }) {
    const { book, crowd, sockets, agenda, database, left } = parts
    this.book = book
    this.left = left
    this.crowd = crowd
    this.sockets = sockets
    this.agenda = agenda
    this.database = database
  }

  /** Lets someone in who holds a join link, or (null) comes to a public room. Postgres judges; the same command may be asked again. */
  async join(person: string, codeHash: string | null, command: string): Promise<JoinAnswer> {
    const intents = this.book.record.intents()
    // Whoever asks again while Postgres is away wishes for the same once more, and leaves no second wish behind.
    const waiting = intents.find((each) => each.kind === 'join' && each.person === person && each.codeHash === codeHash)
    const settled = await (waiting ? this.fulfil(waiting) : this.begin({ kind: 'join', command, person, codeHash }))
    if (!settled || settled.members) return { outcome: 'away' }
    const { answer } = settled
    return answer.outcome === 'over' ? answer : { outcome: answer.outcome }
  }

  /** Lets someone in who asked. */
  async approve(by: string, given: string, person: string): Promise<ChangeAnswer> {
    const command = memberCommand(this.book.id, by, given)
    const member = this.book.awake().members.get(by)
    if (!member) return { outcome: 'not_a_member' }
    if (!may(member.role, 'add_members') && !this.book.log.find(command)) {
      return { outcome: 'forbidden', detail: 'Only owners and admins let people in.' }
    }
    const settled = await this.begin({ kind: 'approve', command, by, person })
    return settled?.members ? settled.answer : { outcome: 'pending' }
  }

  /** Changes members as one of them may. The same command is carried out once. */
  async change(by: string, given: string, changes: MemberChange[]): Promise<ChangeAnswer> {
    const command = memberCommand(this.book.id, by, given)
    if (!this.book.awake().members.has(by)) return { outcome: 'not_a_member' }
    const detail = changes.map((change) => forbiddenChange(this.book.awake(), by, change)).find((why) => why !== null)
    // What was carried out already is answered again, although the role may have gone with it.
    if (detail && !this.book.log.find(command)) return { outcome: 'forbidden', detail }
    const settled = await this.begin({ kind: 'change', command, by, changes })
    return settled?.members ? settled.answer : { outcome: 'pending' }
  }

  /** The owner makes another member the owner, and stays as an admin. */
  async handOver(by: string, given: string, to: string): Promise<ChangeAnswer> {
    const command = memberCommand(this.book.id, by, given)
    if (!this.book.awake().members.has(by)) return { outcome: 'not_a_member' }
    if (this.book.awake().members.get(by)!.role !== 'owner' && !this.book.log.find(command)) {
      return { outcome: 'forbidden', detail: 'Only the owner hands the room over.' }
    }
    const settled = await this.begin({ kind: 'hand_over', command, from: by, to })
    return settled?.members ? settled.answer : { outcome: 'pending' }
  }

  /** Asks for the changes whose outcome is unknown, until it is known. */
  async settle(): Promise<void> {
    for (const intent of this.book.record.intents()) {
      // Postgres is away: the others would only wait for the same silence.
      if (!(await this.fulfil(intent))) return this.agenda.plan('members', Date.now() + intentRetryMs)
    }
    this.agenda.done('members')
  }

  /** Compares the copy with Postgres in the background, at most every 5 minutes; away: the copy stands. */
  refresh(): Promise<void> | null {
    if (this.comparing || Date.now() - this.book.record.membersCheckedAt() < membersFreshMs) return null
    this.comparing = true
    return this.compare()
      .then(() => {})
      .catch((error: unknown) => warn(`room ${this.book.id}: members not compared: ${String(error)}`))
      .finally(() => {
        this.comparing = false
      })
  }

  /** Compares the copy with Postgres at once, until what was read is not older than what the room has heard. */
  async refreshNow(): Promise<'fresh' | 'gone' | 'away'> {
    try {
      for (let tries = 0; tries < comparisons; tries++) {
        if (this.book.record.intents().length > 0) await this.settle()
        const compared = await this.compare()
        if (compared !== 'crossed') return compared
      }
    } catch (error) {
      warn(`room ${this.book.id}: members not compared: ${String(error)}`)
    }
    return 'away'
  }

  private begin(intent: Intent): Promise<Settled | null> {
    this.book.transact(() => {
      this.book.record.addIntent(intent)
      this.agenda.hasten('members', Date.now() + intentRetryMs)
    })
    return this.fulfil(intent)
  }

  private async fulfil(intent: Intent): Promise<Settled | null> {
    try {
      if (intent.kind === 'join') return { members: false, answer: await this.fulfilJoin(intent) }
      return { members: true, answer: await this.fulfilChange(intent) }
    } catch (error) {
      warn(`room ${this.book.id}: a change of members is not settled yet: ${String(error)}`)
      return null
    }
  }

  private async fulfilJoin(intent: Extract<Intent, { kind: 'join' }>): Promise<JoinOutcome> {
    const { command, codeHash, person } = intent
    const { head } = this.book.awake()
    const outcome =
      codeHash === null
        ? await this.database.joinPublic(command, this.book.id, person, head)
        : await this.database.joinRoom(command, codeHash, person, head)
    const { member } = 'member' in outcome ? outcome : { member: null }
    const made = member ? [{ kind: 'add', person, member } as const] : []
    this.take(command, made, 'membersVersion' in outcome ? outcome.membersVersion : 0, null)
    return outcome
  }

  private async fulfilChange(intent: Exclude<Intent, { kind: 'join' }>): Promise<ChangeAnswer> {
    const outcome = await this.asked(intent)
    const by = intent.kind === 'hand_over' ? intent.from : intent.by
    if (outcome.outcome !== 'changed') {
      this.book.transact(() => this.book.record.removeIntent(intent.command))
      if (outcome.outcome !== 'forbidden') return { outcome: outcome.outcome }
      const detail =
        intent.kind === 'approve'
          ? 'Only owners and admins let people in.'
          : 'A room is handed over to another of its members.'
      return { outcome: 'forbidden', detail }
    }
    this.take(intent.command, withUntil(outcome.changes, intent), outcome.membersVersion, by)
    const refused = outcome.refused.map(({ person, reason }) => ({ person, reason }))
    return { outcome: 'changed', membersVersion: outcome.membersVersion, refused }
  }

  private asked(intent: Exclude<Intent, { kind: 'join' }>): Promise<ChangeOutcome> {
    const { id } = this.book
    const { head } = this.book.awake()
    switch (intent.kind) {
      case 'change':
        return this.database.changeMembers(id, intent, head)
      case 'approve':
        return this.database.approve(id, intent, head)
      case 'hand_over':
        return this.database.handOver(id, intent)
    }
  }

  /** Takes what Postgres did into the copy, once, and tells everyone. */
  private take(command: string, made: MadeChange[], membersVersion: number, by: string | null): void {
    const before = this.book.awake()
    // The answers of two changes crossed each other: of the same person Postgres may by now say otherwise.
    const overtaken = membersVersion < before.membersVersion
    const changed = this.book.transact(() => {
      this.book.record.removeIntent(command)
      if (this.book.log.find(command)) return null
      if (overtaken) this.book.record.doubtMembers()
      this.book.record.setMembersVersion(membersVersion)
      this.book.room = { ...before, membersVersion: Math.max(before.membersVersion, membersVersion) }
      const events = made.flatMap((change) => this.enter(change, by))
      if (events.length > 0) this.book.log.rememberCommand(command, this.book.awake().head + 1, '', Date.now())
      const [first] = events
      return first
        ? this.book.append(numbered(events, before.head + 1, Date.now(), (seq) => this.book.derivedId(seq)))
        : null
    })
    if (!changed) return
    this.closeStrangers('You are no longer a member of this room.')
    this.crowd.tellMembers()
    this.crowd.announce(changed)
    this.crowd.tellWhoIsHere()
    this.left()
    if (this.book.record.membersCheckedAt() === 0) void this.refresh()
  }

  /** A newcomer stands in the copy with what Postgres knows of them before the event says that they came. */
  private enter(change: MadeChange, by: string | null): Unplaced[] {
    const room = this.book.awake()
    const event = told(room, change, by)
    if (!event) return []
    if (change.kind === 'add' && change.member) {
      this.book.record.putMember(change.member)
      this.book.room = withMember(room, change.member)
    }
    return [event]
  }

  private closeStrangers(why: string): void {
    const { members } = this.book.awake()
    for (const socket of this.sockets.all()) {
      if (!members.has(attached(socket).person)) socket.close(closeCodes.notAMember, why)
    }
  }

  /** `crossed`: something changed meanwhile. */
  private async compare(): Promise<'fresh' | 'gone' | 'crossed'> {
    const { book } = this
    const version = book.awake().membersVersion
    const state = await this.database.roomState(book.id)
    // What was read before a change that the room has heard of, or while one is under way, says nothing of it. A lower
    // version than before the question is the truth of a Postgres that was restored.
    if (!state) return 'gone'
    if (book.room?.membersVersion !== version || book.record.intents().length > 0) return 'crossed'
    const before = roster(book.room)
    book.transact(() => book.replaceMembers(state, Date.now()))
    if (roster(book.awake()) !== before) {
      this.closeStrangers('You are no longer a member of this room.')
      this.crowd.tellMembers()
    }
    // Also for who blocks whom, which nobody sees.
    this.left()
    this.crowd.tellWhoIsHere()
    return 'fresh'
  }
}

type Unplaced = NonNullable<ReturnType<typeof told>>

function numbered(events: Unplaced[], first: number, at: number, id: (seq: number) => string): SystemEvent[] {
  return events.map((event, index) => ({ ...event, seq: first + index, at, id: id(first + index) }))
}

/** Until when someone is banned or silenced is what was asked for; Postgres does not say it again. */
function withUntil(made: MadeChange[], intent: Intent): MadeChange[] {
  if (intent.kind !== 'change') return made
  return made.map((change) => {
    const asked = intent.changes.find(({ kind, person }) => kind === change.kind && person === change.person)
    return asked && 'until' in asked ? { ...change, until: asked.until } : change
  })
}

/** What the others see of the members, but for marks. */
function roster({ members }: Room): string {
  return [...members.values()]
    .map(({ person, name, role, silencedUntil, receiptsHidden }) =>
      [person, role, silencedUntil, receiptsHidden, name].join(),
    )
    .sort()
    .join('\n')
}
