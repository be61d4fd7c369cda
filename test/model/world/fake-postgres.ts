import type { MemberChange } from '../../../protocol/api.ts'
import { asMade, type Member, type RoomFacts } from '../../../protocol/downstream.ts'
import type { RoomEvent } from '../../../protocol/events.ts'
import { fold, type Rows } from '../../../protocol/fold.ts'
import type { Preview, RoomLine } from '../../../protocol/inbox.ts'
import { limits } from '../../../protocol/limits.ts'
import type { MessageRow } from '../../../protocol/row.ts'

/** What a person set about the room for themself. */
export type Preferences = Pick<RoomLine, 'pinnedAt' | 'archivedAt' | 'mutedUntil' | 'level'>

interface Participant extends Omit<Member, 'silencedUntil'>, Preferences {
  left: boolean
  historyFrom: number
  unreadFrom: number | null
  silencedUntil: number | null
  bannedUntil: number | null
}

/** All that the fake holds of its one room. */
interface Tables {
  epoch: number
  lastSeq: number
  membersVersion: number
  participants: Map<string, Participant>
  /** What was applied, in order. */
  events: RoomEvent[]
  /** The id under each seq that holds a row. */
  rows: Map<number, string>
  answers: Map<string, unknown>
}

interface Changes {
  p_command: string
  p_changes: MemberChange[]
  p_head: number
}

interface Batch {
  p_epoch: number
  p_from: number
  p_to: number
  p_events: RoomEvent[]
  p_marks: { person: string; delivered: number; read: number; unreadFrom: number | null }[]
}

/** A line of someone's room list as `inbox_state` and `room_lines` answer it. */
export interface KeptLine extends RoomLine {
  epoch: number
  delivered: number
  accepted: boolean
}

interface FakeRoom {
  roomId: string
  /** What people are called: whoever has an account. */
  names: ReadonlyMap<string, string>
  /** The first is the owner, in a group. */
  members: readonly string[]
  type?: 'group' | 'direct'
  name?: string
  createdAt?: number
  /** How far a new epoch lifts the head; anything but the limit is a fault. */
  lift?: number | undefined
  /** Whom a person blocks. */
  blockedBy?: (person: string) => readonly string[]
}

/**
 * Stands for Postgres with one room in it: what the service functions promise the room, without SQL. The functions
 * themselves are tested against a real Postgres in test/postgres; here only their answers matter.
 */
export class FakePostgres {
  readonly roomId: string
  /** The hash of the code of its one join link. */
  readonly joinCode: string
  private readonly names: ReadonlyMap<string, string>
  private readonly made: Pick<RoomFacts, 'type' | 'name' | 'createdAt'>
  private readonly lift: number
  private readonly blockedBy: (person: string) => readonly string[]
  private tables: Tables
  private folded: Rows | null = null
  private claims = 0

  constructor({ roomId, names, members, type = 'group', name = 'Engines', createdAt = 1, ...rest }: FakeRoom) {
    this.roomId = roomId
    this.joinCode = `the hash of a code of ${roomId}`
    this.names = names
    this.made = { type, name: type === 'direct' ? null : name, createdAt }
    this.lift = rest.lift ?? limits.epochLift
    this.blockedBy = rest.blockedBy ?? (() => [])
    this.tables = {
      ...{ epoch: 1, lastSeq: 0, membersVersion: 1, participants: new Map() },
      ...{ events: [], rows: new Map(), answers: new Map() },
    }
    for (const [place, person] of members.entries()) {
      const role = type === 'direct' ? 'member' : place === 0 ? 'owner' : place === 1 ? 'moderator' : 'member'
      this.tables.participants.set(person, { ...this.participant(person, 0), role })
    }
  }

  /** A call of a service function as the Data API passes it on. */
  call(name: string, args: unknown): unknown {
    switch (name) {
      case 'ingest_batch':
        return this.ingest(args as Batch)
      case 'claim_epoch':
        return this.claimEpoch()
      case 'room_state':
        return this.roomState()
      case 'room_spine': {
        const { p_after, p_limit } = args as { p_after: number; p_limit: number }
        return this.spine(p_after, p_limit)
      }
      case 'room_commands':
        return this.commands((args as { p_after: number }).p_after)
      case 'message_states':
        return this.states((args as { p_seqs: number[] }).p_seqs)
      case 'expire_in_room':
      case 'fill_statuses':
      case 'erase_in_room':
        // Its rows are folded from the whole log at once: nothing is ever left to do.
        return { outcome: 'done', rows: 0 }
      case 'join_room':
        return this.join(args as { p_command: string; p_person: string; p_code_hash: string; p_head: number })
      case 'change_members':
        return this.changeMembers(args as Changes)
      case 'hand_over':
        return this.handOver(args as { p_command: string; p_from: string; p_to: string })
      default:
        throw new Error(`The fake Postgres has no function ${name}.`)
    }
  }

  /** The rows that the applied events lead to. */
  rows(): Rows {
    this.folded ??= fold(this.tables.events, new Set(this.names.keys()))
    return this.folded
  }

  /** A page of history as the worker reads it: the newest rows below a seq, ascending. */
  page(before: number, limit: number): MessageRow[] {
    return this.rows()
      .messages.filter(({ seq }) => seq < before)
      .sort((one, other) => one.seq - other.seq)
      .slice(-limit)
  }

  isMember(person: string): boolean {
    return this.tables.participants.get(person)?.left === false
  }

  /** Whether someone is in the room, or ever was: what they wrote stays. */
  wasMember(person: string): boolean {
    return this.tables.participants.has(person)
  }

  /** The owner stays, and somebody to talk to. */
  mayBeRemoved(person: string): boolean {
    const active = [...this.tables.participants.values()].filter(({ left }) => !left)
    return active.length > 2 && active.some((member) => member.person === person && member.role !== 'owner')
  }

  owner(): string {
    return [...this.tables.participants.values()].find(({ role, left }) => role === 'owner' && !left)!.person
  }

  /** The room and its members as they are here. */
  facts(): { room: RoomFacts; members: ReturnType<FakePostgres['known']>[] } {
    const { room, members } = this.roomState()
    return { room, members }
  }

  lastSeq(): number {
    return this.tables.lastSeq
  }

  epoch(): number {
    return this.tables.epoch
  }

  /** Of every message and every command on one. */
  ids(): string[] {
    const { messages, commands } = this.rows()
    return [...messages, ...commands].map(({ id }) => id)
  }

  has(id: string): boolean {
    return this.ids().includes(id)
  }

  /** Somebody with the right to do so ends a membership. */
  remove(person: string): void {
    const participant = this.tables.participants.get(person)
    if (!participant || participant.left) return
    participant.left = true
    participant.role = 'member'
    this.tables.membersVersion++
  }

  /** The room as it stands in a person's list, or null. */
  line(person: string): KeptLine | null {
    const participant = this.tables.participants.get(person)
    if (!participant || participant.left) return null
    const { role, read, delivered, unreadFrom, pinnedAt, archivedAt, mutedUntil, level } = participant
    const { room, members, epoch, lastSeq: head } = this.roomState()
    const { type } = room
    const other = type === 'direct' ? (members.find((member) => member.person !== person) ?? null) : null
    const newest = this.newest()
    return {
      ...{ room: this.roomId, type, name: room.name ?? other?.name ?? '', other: other?.person ?? null },
      ...{ role, memberCount: members.length, epoch, head, delivered, read, unreadFrom, ...this.unread(participant) },
      ...{ last: newest && this.preview(newest), lastAt: newest?.at ?? this.made.createdAt },
      ...{ pinnedAt, archivedAt, mutedUntil, level, accepted: true },
    }
  }

  keepPreferences(person: string, preferences: Partial<Preferences>): void {
    const participant = this.tables.participants.get(person)
    if (participant && !participant.left) Object.assign(participant, preferences)
  }

  /** A member looks different from now on. */
  membersLookDifferent(): void {
    this.tables.membersVersion++
  }

  /** A backup. */
  copy(): Tables {
    const { participants, events, rows, answers } = this.tables
    const people = [...participants].map(([person, participant]) => [person, { ...participant }] as const)
    return {
      ...this.tables,
      participants: new Map(people),
      events: [...events],
      rows: new Map(rows),
      answers: new Map(answers),
    }
  }

  restore(copy: Tables): void {
    this.tables = copy
    this.tables = this.copy()
    this.folded = null
  }

  private ingest({ p_epoch, p_from, p_to, p_events, p_marks }: Batch): unknown {
    const { tables } = this
    if (p_events.length > limits.ingestEvents || p_events.some(({ seq }) => seq < p_from || seq > p_to)) {
      throw new Error(`A batch of ${p_events.length} events does not fit ${p_from}..${p_to}.`)
    }
    if (p_epoch < tables.epoch) return { outcome: 'stale_epoch', epoch: tables.epoch }
    if (p_from > tables.lastSeq + 1) return { outcome: 'gap', lastSeq: tables.lastSeq }
    const clash = p_events.find((event) => {
      const there = tables.rows.get(event.seq)
      return there !== undefined && (!('id' in event) || event.id !== there)
    })
    if (clash) return { outcome: 'split_brain', seq: clash.seq }
    const before = this.tables.lastSeq
    for (const event of p_events) {
      if (event.seq <= before) continue
      tables.events.push(event)
      if ('id' in event && !('target' in event)) tables.rows.set(event.seq, event.id)
    }
    for (const { person, delivered, read, unreadFrom } of p_marks) {
      const participant = tables.participants.get(person)
      if (!participant) continue
      participant.delivered = Math.max(participant.delivered, delivered)
      participant.read = Math.max(participant.read, read)
      participant.unreadFrom = unreadFrom
    }
    tables.lastSeq = Math.max(before, p_to)
    tables.epoch = Math.max(tables.epoch, p_epoch)
    this.folded = null
    return { outcome: 'applied', appliedTo: tables.lastSeq, duplicates: [] }
  }

  /** What `private.unread_of` promises, over the rows. */
  private unread({ person, historyFrom, read, unreadFrom }: Participant): { unread: number; mentions: number } {
    const readTo = Math.max(historyFrom, Math.min(read, unreadFrom === null ? read : unreadFrom - 1))
    const blocked = this.blockedBy(person)
    const rows = this.rows().messages.filter(({ seq, by, type, deletedAt, expiresAt }) => {
      const stands = type !== 'system' && deletedAt === null && (expiresAt === null || expiresAt > Date.now())
      return seq > readTo && by !== person && stands
    })
    const mentioning = rows.filter(({ by, mentions }) => {
      return !(by !== null && blocked.includes(by)) && (mentions.includes(person) || mentions.includes(this.roomId))
    })
    return { unread: Math.min(limits.unreadCap, rows.length), mentions: Math.min(limits.unreadCap, mentioning.length) }
  }

  /** The newest message that someone wrote. */
  private newest(): MessageRow | null {
    const texts = this.rows().messages.filter(({ type }) => type === 'text')
    return texts.reduce<MessageRow | null>((last, row) => (last && last.seq > row.seq ? last : row), null)
  }

  private preview({ seq, at, by, text, deletedAt }: MessageRow): Preview {
    const name = by === null ? null : (this.names.get(by) ?? null)
    const shown = deletedAt === null ? text.slice(0, limits.preview) : ''
    return { seq, at, by, name, text: shown, ...(deletedAt !== null && { deleted: true as const }) }
  }

  private claimEpoch(): unknown {
    const { tables } = this
    // As the time does, this goes on where a backup goes back.
    this.claims++
    const written = tables.epoch > 1
    tables.epoch = Math.max(tables.epoch, this.claims) + 1
    if (written) tables.lastSeq = Math.max(tables.lastSeq + this.lift, tables.epoch * this.lift)
    return { epoch: tables.epoch, lastSeq: tables.lastSeq }
  }

  private roomState() {
    const { epoch, lastSeq, membersVersion } = this.tables
    const made = { id: this.roomId, ...this.made, createdBy: null, ...asMade } as const
    const active = [...this.tables.participants.values()].filter(({ left }) => !left)
    const room = { ...made, ...this.rows().room } as RoomFacts
    return { room, epoch, lastSeq, membersVersion, members: active.map((member) => this.known(member)), unfinished: [] }
  }

  private spine(after: number, limit: number): unknown {
    const { messages, commands } = this.rows()
    const hashes = new Map(commands.map(({ id, hash }) => [id, hash]))
    return messages
      .filter(({ seq, type, id }) => seq > after && type === 'text' && hashes.has(id))
      .sort((one, other) => one.seq - other.seq)
      .slice(0, limit)
      .map(({ seq, rev, id, by, at, metadata, thread, expiresAt, deletedAt, mentions }) => {
        const optional = { thread, expiresAt, deletedAt, mentions: mentions.length > 0 ? mentions : null }
        const there = Object.entries(optional).filter(([, value]) => value !== null)
        const own = { seq, rev, id, by, hash: hashes.get(id)!, at, imported: 'import' in metadata }
        return { ...own, ...Object.fromEntries(there) }
      })
  }

  /** The commands that made no message, in one page. */
  private commands(after: number): unknown {
    const { messages, commands } = this.rows()
    const posts = new Set(messages.map(({ seq }) => seq))
    return { commands: commands.filter(({ seq }) => seq > after && !posts.has(seq)), next: null }
  }

  private states(seqs: number[]): MessageRow[] {
    const asked = new Set(seqs)
    return this.rows().messages.filter(({ seq }) => asked.has(seq))
  }

  private join(args: { p_command: string; p_person: string; p_code_hash: string; p_head: number }): unknown {
    const { tables } = this
    const said = tables.answers.get(args.p_command)
    if (said) return said
    if (args.p_code_hash !== this.joinCode || !this.names.has(args.p_person)) return { outcome: 'unknown' }
    const before = tables.participants.get(args.p_person)
    if (isBanned(before)) return { outcome: 'unknown' }
    const already = before?.left === false
    if (!already) {
      const fresh = this.participant(args.p_person, args.p_head)
      fresh.delivered = Math.max(fresh.delivered, before?.delivered ?? 0)
      fresh.read = Math.max(fresh.read, before?.read ?? 0)
      tables.participants.set(args.p_person, fresh)
      tables.membersVersion++
    }
    const member = this.known(tables.participants.get(args.p_person)!)
    const outcome = already ? 'already' : 'joined'
    const answer = { outcome, roomId: this.roomId, membersVersion: tables.membersVersion, member }
    tables.answers.set(args.p_command, answer)
    return answer
  }

  private changeMembers({ p_command, p_changes, p_head }: Changes): unknown {
    const { tables } = this
    const said = tables.answers.get(p_command)
    if (said) return said
    const changes: unknown[] = []
    const refused: { person: string; reason: string }[] = []
    for (const change of p_changes) {
      const { kind, person } = change
      const reason = this.obstacle(change)
      if (reason !== null) {
        refused.push({ person, reason })
        continue
      }
      this.changeMember(change, p_head)
      const made = tables.participants.get(person)!
      changes.push({ kind, person, member: made.left ? null : this.known(made) })
    }
    const answer = { outcome: 'changed', membersVersion: tables.membersVersion, changes, refused }
    tables.answers.set(p_command, answer)
    return answer
  }

  /** Why a change cannot be made, or null. */
  private obstacle({ kind, person }: MemberChange): string | null {
    const participant = this.tables.participants.get(person)
    const active = participant?.left === false
    if (!this.names.has(person)) return 'unknown'
    if (kind === 'add') {
      if (isBanned(participant)) return 'banned'
      return active ? 'already' : null
    }
    if (active && participant.role === 'owner') return 'owner'
    if (kind === 'ban') return null
    if (kind === 'unban') return participant ? null : 'not_member'
    return active ? null : 'not_member'
  }

  private changeMember(change: MemberChange, head: number): void {
    const { participants } = this.tables
    const { person } = change
    const before = participants.get(person) ?? { ...this.participant(person, 0), left: true }
    this.tables.membersVersion++
    switch (change.kind) {
      case 'add': {
        const { silencedUntil, delivered, read } = before
        const marks = { delivered: Math.max(delivered, head), read: Math.max(read, head) }
        return void participants.set(person, { ...this.participant(person, head), silencedUntil, ...marks })
      }
      case 'remove':
      case 'leave':
        return void participants.set(person, { ...before, left: true, role: 'member' })
      case 'role':
        return void participants.set(person, { ...before, role: change.role })
      case 'ban': {
        const bannedUntil = change.until ?? Number.MAX_SAFE_INTEGER
        return void participants.set(person, { ...before, left: true, role: 'member', bannedUntil })
      }
      case 'unban':
        return void participants.set(person, { ...before, bannedUntil: null })
      case 'mute':
        return void participants.set(person, { ...before, silencedUntil: change.until })
    }
  }

  private handOver({ p_command, p_from, p_to }: { p_command: string; p_from: string; p_to: string }): unknown {
    const { answers, participants } = this.tables
    const said = answers.get(p_command)
    if (said) return said
    const [from, to] = [participants.get(p_from), participants.get(p_to)]
    if (from?.role !== 'owner' || !to || to.left || from === to) return { outcome: 'forbidden' }
    from.role = 'admin'
    to.role = 'owner'
    this.tables.membersVersion++
    const changes = [from, to].map((member) => ({ kind: 'role', person: member.person, member: this.known(member) }))
    const answer = { outcome: 'changed', membersVersion: this.tables.membersVersion, changes }
    answers.set(p_command, answer)
    return answer
  }

  /** A participant as the service functions tell the room of one. */
  private known(participant: Participant) {
    const { person, name, role, delivered, read, unreadFrom, silencedUntil, historyFrom } = participant
    const blocks = this.blockedBy(person).filter((other) => this.wasMember(other))
    const marks = { delivered, read, unreadFrom, historyFrom }
    return { person, name, role, ...marks, silencedUntil, blocks, joinedAt: 1, receiptsHidden: false }
  }

  private participant(person: string, head: number): Participant {
    const name = this.names.get(person)!
    return { person, name, role: 'member', delivered: head, read: head, left: false, ...free }
  }
}

const unset = { pinnedAt: null, archivedAt: null, mutedUntil: null, level: 'all' } as const
const free = { unreadFrom: null, silencedUntil: null, bannedUntil: null, historyFrom: 0, ...unset }

function isBanned(participant: Participant | undefined): boolean {
  return (participant?.bannedUntil ?? 0) > Date.now()
}
