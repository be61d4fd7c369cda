import * as z from 'zod/mini'
import type { Erasure, ErasureMode } from '../../protocol/endpoints/own-data.ts'
import { Uuid } from '../../protocol/ids.ts'
import type { RoomForInboxes } from '../between.ts'
import type { Objects } from '../env.ts'
import { eachInParallel } from '../parallel.ts'
import type { ServiceFunctions } from '../service-functions.ts'

/** Rooms that are told at the same time. */
const toldAtOnce = 8

/** Someone may be added to a room, or given one, while the job runs: how often it looks again before it takes a rest. */
const looks = 5

const Plan = z.nullable(
  z.object({
    ...{ rooms: z.int(), logged: z.int(), waiting: z.array(Uuid) },
    owned: z.array(z.object({ room: Uuid, writer: z.enum(['do', 'sql']), heir: z.nullable(Uuid) })),
  }),
)
type Owned = NonNullable<z.infer<typeof Plan>>['owned'][number]

const Step = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('more'), rows: z.int() }),
  z.object({ outcome: z.enum(['owns', 'waiting', 'erased']) }),
])

interface Job extends Record<string, SqlStorageValue> {
  /** Names the job: what it asks of rooms is one command each, however often it is asked. */
  command: string
  mode: ErasureMode
  since: number
  rooms: number
  told: number
  rows: number
  waiting: number
  erased_at: number | null
}

/**
 * Deleting an account. What was wished for stands in one row; what is left to do is asked of Postgres each time, so a job
 * that died goes on wherever it was, and each step done twice is done once: groups go to their heirs or are deleted, every
 * room logs that the account is gone, Postgres goes through its rows batch by batch, and last goes the row at Auth.
 */
export class Erasing {
  private readonly person: string
  private readonly sql: SqlStorage
  private readonly functions: ServiceFunctions
  private readonly rooms: Objects<RoomForInboxes>
  private readonly farewell: () => Promise<void>
  private readonly erased: () => void

  /** `farewell`: rooms and meetings hear that the sessions are over; rejects while one has not. `erased`: nothing of the person is left but this inbox. */
  constructor(parts: {
    person: string
    sql: SqlStorage
    functions: ServiceFunctions
    rooms: Objects<RoomForInboxes>
    farewell: () => Promise<void>
    erased: () => void
  }) {
    this.person = parts.person
    this.sql = parts.sql
    this.functions = parts.functions
    this.rooms = parts.rooms
    this.farewell = parts.farewell
    this.erased = parts.erased
  }

  state(): Erasure {
    const job = this.job()
    if (!job) return { state: 'none' }
    const { mode, since, rows } = job
    if (job.erased_at !== null) return { state: 'erased', mode }
    const rooms = { done: job.told, of: job.rooms }
    return { state: 'running', mode, since, rooms, rows, waiting: job.waiting === 1 }
  }

  /** Nobody is let in any more. */
  begun(): boolean {
    return this.job() !== null
  }

  /** All of it is done, and nothing reaches the person any more. */
  over(): boolean {
    return (this.job()?.erased_at ?? null) !== null
  }

  owed(): boolean {
    const job = this.job()
    return job !== null && job.erased_at === null
  }

  /** Writes the wish down. One that was begun goes on as it was: what was emptied cannot be kept, nor the other way round. */
  begin(mode: ErasureMode, now: number): void {
    const begun = 'insert or ignore into erasure (id, command, mode, since) values (1, ?, ?, ?)'
    this.sql.exec(begun, crypto.randomUUID(), mode, now)
  }

  /** Writes down that it is done. */
  end(now: number): void {
    this.sql.exec('update erasure set erased_at = ?, waiting = 0', now)
  }

  /** Goes on until nothing is left. Throws while something cannot be reached; what was done stays done. */
  async run(): Promise<void> {
    try {
      await this.farewell()
      for (let look = 0; look < looks; look++) if (await this.advance()) return this.erased()
    } catch (error) {
      this.sql.exec('update erasure set waiting = 1')
      throw error
    }
    throw new Error('the person is still being added to rooms')
  }

  /** Does all that can be done as things are now. False: something was added meanwhile. */
  private async advance(): Promise<boolean> {
    const plan = Plan.parse(await this.ask('erasure_plan', {}))
    if (plan) {
      this.note(plan.rooms, plan.rooms - plan.logged)
      for (const owned of plan.owned) await this.giveAway(owned)
      await eachInParallel(plan.waiting, toldAtOnce, async (room) => await this.tell(room))
      // More than one page of rooms, or one of them has yet to reach Postgres.
      const now = Plan.parse(await this.ask('erasure_plan', {}))
      if (now) this.note(now.rooms, now.rooms - now.logged)
    }
    while (true) {
      const step = Step.parse(await this.ask('erase_account', { p_mode: this.job()!.mode }))
      if (step.outcome !== 'more') return step.outcome === 'erased'
      this.sql.exec('update erasure set rows = rows + ?, waiting = 0', step.rows)
    }
  }

  /** A group of the person's goes to its heir; without one it is deleted. */
  private async giveAway({ room, writer, heir }: Owned): Promise<void> {
    const command = this.job()!.command
    if (writer === 'sql') return await this.giveAwayInPostgres(room, heir)
    const object = this.rooms.getByName(room)
    const answer = heir
      ? (await object.handOver(this.person, `${command}:${heir}`, heir)).outcome
      : await object.delete(this.person)
    switch (answer) {
      case 'pending':
      case 'away':
        throw new Error(`room ${room} cannot be given away yet`)
      case 'changed':
      case 'deleted':
      case 'gone':
        return
      // The room knows its members otherwise than Postgres does, which says the next time how it stands.
      case 'forbidden':
      case 'none':
      case 'too_many':
      case 'full':
      case 'not_a_member':
        await object.refreshMembers()
    }
  }

  /** No object has this room. */
  private async giveAwayInPostgres(room: string, heir: string | null): Promise<void> {
    if (heir) {
      const command = crypto.randomUUID()
      const args = { p_command: command, p_room_id: room, p_from: this.person, p_to: heir }
      await this.functions.call('parley', 'hand_over', args)
      return
    }
    const Deleted = z.object({ outcome: z.enum(['more', 'deleted']) })
    const batch = async () =>
      Deleted.parse(await this.functions.call('parley', 'delete_room', { p_room_id: room, p_by: this.person }))
    while ((await batch()).outcome === 'more');
  }

  private async tell(room: string): Promise<void> {
    const answer = await this.rooms.getByName(room).eraseAccount(this.person, this.job()!.mode)
    if (answer === 'away') throw new Error(`room ${room} cannot be told yet`)
    this.sql.exec('update erasure set told = min(told + 1, rooms)')
  }

  private note(rooms: number, untold: number): void {
    // A room that was deleted is done, too.
    const noted = 'update erasure set rooms = max(rooms, ?1), told = max(rooms, ?1) - ?2, waiting = 0'
    this.sql.exec(noted, rooms, untold)
  }

  private job(): Job | null {
    return this.sql.exec<Job>('select * from erasure').toArray()[0] ?? null
  }

  private async ask(name: string, args: Record<string, unknown>): Promise<unknown> {
    return await this.functions.call('parley', name, { p_person: this.person, ...args })
  }
}
