import * as z from 'zod/mini'
import { LinkEnd, type MemberChange } from '../../protocol/api.ts'
import { Role, RoomFacts } from '../../protocol/downstream.ts'
import type { RoomEvent } from '../../protocol/events.ts'
import { Seq, TimeMs, Uuid } from '../../protocol/ids.ts'
import type { MessageRow } from '../../protocol/row.ts'
import type { RoomMember } from '../room/room.ts'
import { ServiceFunctions, type DatabaseKeys } from '../service-functions.ts'
import type { KeptMarks } from '../storage/record.ts'

/** A member as Postgres has them: what the others see, and what is their own. */
const KeptMember = z.pipe(
  z.object({
    ...{ person: Uuid, name: z.string(), role: Role, delivered: Seq, read: Seq, receiptsHidden: z.boolean() },
    ...{ silencedUntil: z.nullable(TimeMs), unreadFrom: z.nullable(Seq), historyFrom: Seq, blocks: z.array(Uuid) },
  }),
  z.transform(({ silencedUntil, unreadFrom, ...member }): RoomMember => {
    const unread = { from: unreadFrom, version: 0 }
    return { ...member, unread, ...(silencedUntil !== null && { silencedUntil }) }
  }),
)

const EraseMode = z.enum(['keep', 'erase'])

/** A room as Postgres has it. */
export const RoomState = z.object({
  room: RoomFacts,
  epoch: z.int(),
  lastSeq: Seq,
  membersVersion: z.int(),
  members: z.array(KeptMember),
  /** What was asked of many rows and has yet to reach some. */
  unfinished: z.array(
    z.object({
      kind: z.string(),
      rev: z.optional(Seq),
      at: z.optional(TimeMs),
      person: z.optional(Uuid),
      mode: z.optional(EraseMode),
    }),
  ),
})
export type RoomState = z.infer<typeof RoomState>

const Claim = z.object({ epoch: z.int(), lastSeq: Seq })

/** What most messages do not have is absent. */
const Spine = z.array(
  z.object({
    ...{ seq: Seq, rev: Seq, id: Uuid, by: z.nullable(Uuid), hash: z.string(), at: TimeMs, imported: z.boolean() },
    ...{ thread: z.optional(Seq), expiresAt: z.optional(TimeMs), deletedAt: z.optional(TimeMs) },
    mentions: z.optional(z.array(Uuid)),
  }),
)

/** The commands that posted nothing, by seq, and where the next page begins. */
const Commands = z.object({
  commands: z.array(z.object({ seq: Seq, id: Uuid, hash: z.string() })),
  next: z.nullable(Seq),
})

/** One batch of work that is done in many. */
const Step = z.object({ outcome: z.enum(['more', 'done']) })

/** Work on many rows that Postgres leaves to be asked for, batch by batch. */
export type Chore = 'expire' | 'statuses'

/** What became of a batch. */
const Ingested = z.discriminatedUnion('outcome', [
  z.object({
    ...{ outcome: z.literal('applied'), appliedTo: Seq },
    /** Work on many rows that is left. */
    unfinished: z.optional(z.array(z.enum(['expire', 'statuses']))),
  }),
  z.object({ outcome: z.literal('gap'), lastSeq: Seq }),
  z.object({ outcome: z.literal('stale_epoch'), epoch: z.int() }),
  z.object({ outcome: z.literal('split_brain'), seq: Seq }),
  z.object({ outcome: z.literal('gone') }),
])
export type Ingested = z.infer<typeof Ingested>

/** What became of someone's wish to join. */
export const JoinOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['joined', 'already']), roomId: Uuid, membersVersion: z.int(), member: KeptMember }),
  z.object({ outcome: z.literal('over'), reason: LinkEnd }),
  z.object({ outcome: z.enum(['unknown', 'approval', 'passcode', 'too_many', 'full']) }),
])
export type JoinOutcome = z.infer<typeof JoinOutcome>

const MadeChange = z.object({
  kind: z.enum(['add', 'remove', 'leave', 'role', 'ban', 'unban', 'mute']),
  person: Uuid,
  member: z.nullable(KeptMember),
})

/** What became of changes of members: those that were made, and the refused ones with why. */
const ChangeOutcome = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('changed'),
    membersVersion: z.int(),
    changes: z.array(MadeChange),
    refused: z._default(z.array(z.object({ person: Uuid, reason: z.string() })), []),
  }),
  z.object({ outcome: z.enum(['full', 'gone', 'forbidden', 'too_many', 'none']) }),
])
export type ChangeOutcome = z.infer<typeof ChangeOutcome>

/** One call of ingest_batch: the events from `from` to `to`, both included (`to` = `from` - 1: marks alone). */
export interface Batch {
  room: string
  epoch: number
  from: number
  to: number
  events: RoomEvent[]
  marks: KeptMarks[]
  /** One event from below what Postgres has, which it refused before. */
  parked?: boolean
}

/** The room's way to Postgres: service functions over Supabase's Data API, with the service key. */
export class Database {
  private readonly functions: ServiceFunctions

  constructor(keys: DatabaseKeys) {
    this.functions = new ServiceFunctions(keys)
  }

  /** The room and its active members, or null when there is no such room. */
  async roomState(room: string): Promise<RoomState | null> {
    return z.nullable(RoomState).parse(await this.service('room_state', { p_room_id: room }))
  }

  /** Raises the room's epoch for an object with empty storage; null when there is no such room. */
  async claimEpoch(room: string): Promise<z.infer<typeof Claim> | null> {
    return z.nullable(Claim).parse(await this.service('claim_epoch', { p_room_id: room }))
  }

  /** A page of the spine, ascending by seq. */
  async spine(room: string, after: number, limit: number): Promise<z.infer<typeof Spine>> {
    return Spine.parse(await this.service('room_spine', { p_room_id: room, p_after: after, p_limit: limit }))
  }

  async commands(room: string, after: number, limit: number): Promise<z.infer<typeof Commands>> {
    return Commands.parse(await this.service('room_commands', { p_room_id: room, p_after: after, p_limit: limit }))
  }

  /** One batch of a chore; whether more is left. */
  async chore(room: string, chore: Chore): Promise<boolean> {
    const name = chore === 'expire' ? 'expire_in_room' : 'fill_statuses'
    return Step.parse(await this.service(name, { p_room_id: room })).outcome === 'more'
  }

  /** One batch of taking an account out of the room; whether more is left. */
  async erase(room: string, person: string): Promise<boolean> {
    return Step.parse(await this.service('erase_in_room', { p_room_id: room, p_person: person })).outcome === 'more'
  }

  /** One batch of deleting the room; whether more is left. */
  async deleteRoom(room: string, by: string | null): Promise<boolean> {
    const answer = await this.service('delete_room', { p_room_id: room, p_by: by })
    return z.object({ outcome: z.enum(['more', 'deleted']) }).parse(answer).outcome === 'more'
  }

  async joinRoom(command: string, codeHash: string, person: string, head: number): Promise<JoinOutcome> {
    const args = { p_command: command, p_code_hash: codeHash, p_person: person, p_head: head }
    return JoinOutcome.parse(await this.service('join_room', args))
  }

  async joinPublic(command: string, room: string, person: string, head: number): Promise<JoinOutcome> {
    const args = { p_command: command, p_room_id: room, p_person: person, p_head: head }
    return JoinOutcome.parse(await this.service('join_public', args))
  }

  async approve(
    room: string,
    { command, by, person }: { command: string; by: string; person: string },
    head: number,
  ): Promise<ChangeOutcome> {
    const args = { p_command: command, p_room_id: room, p_by: by, p_person: person, p_head: head }
    return ChangeOutcome.parse(await this.service('approve_join_request', args))
  }

  async changeMembers(
    room: string,
    change: { command: string; by: string | null; changes: MemberChange[] },
    head: number,
  ): Promise<ChangeOutcome> {
    const { command, by, changes } = change
    const args = { p_command: command, p_room_id: room, p_by: by, p_changes: changes, p_head: head }
    return ChangeOutcome.parse(await this.service('change_members', args))
  }

  async handOver(
    room: string,
    { command, from, to }: { command: string; from: string; to: string },
  ): Promise<ChangeOutcome> {
    return ChangeOutcome.parse(
      await this.service('hand_over', { p_command: command, p_room_id: room, p_from: from, p_to: to }),
    )
  }

  /** The whole states of these messages; at most 500. Those that do not exist are left out. */
  async messageStates(room: string, seqs: number[]): Promise<MessageRow[]> {
    return (await this.service('message_states', { p_room_id: room, p_seqs: seqs })) as MessageRow[]
  }

  async ingest(batch: Batch): Promise<Ingested> {
    const answer = await this.functions.call('public', 'ingest_batch', {
      p_room_id: batch.room,
      p_epoch: batch.epoch,
      p_from: batch.from,
      p_to: batch.to,
      p_events: batch.events,
      p_marks: batch.marks,
      p_parked: batch.parked ?? false,
    })
    return Ingested.parse(answer)
  }

  private async service(name: string, args: Record<string, unknown>): Promise<unknown> {
    return await this.functions.call('parley', name, args)
  }
}
