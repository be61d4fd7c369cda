import type { RoomForInboxes } from '../between.ts'
import type { Objects } from '../env.ts'
import { eachInParallel } from '../parallel.ts'
import type { Plans } from './duty.ts'
import { warn } from '../log.ts'

/** Rooms that are asked at the same time. */
const askedAtOnce = 8

/** A room that could not read its members is asked again after this long, and then ever more seldom. */
const retryMs = 5_000

/** The rooms that have to read their members anew, since someone looks different in Postgres by now. */
export class Refreshes {
  private readonly sql: SqlStorage
  private readonly agenda: Plans
  private readonly rooms: Objects<RoomForInboxes>
  private running: Promise<void> | null = null

  constructor(sql: SqlStorage, agenda: Plans, rooms: Objects<RoomForInboxes>) {
    this.sql = sql
    this.agenda = agenda
    this.rooms = rooms
  }

  /** Promises that these rooms will do so. */
  add(rooms: readonly string[]): void {
    for (const room of rooms) {
      // Asked for again while it is under way, it is done again.
      const asked = 'insert into refreshes (room) values (?) on conflict (room) do update set asked = asked + 1'
      this.sql.exec(asked, room)
    }
    if (rooms.length > 0) this.agenda.hasten('refresh', Date.now() + retryMs)
  }

  /** Has one room read its members now. False: it could not, and will. */
  async now(room: string): Promise<boolean> {
    const asked = this.sql
      .exec<{ asked: number }>('select asked from refreshes where room = ?', room)
      .toArray()[0]?.asked
    const answer = await this.rooms
      .getByName(room)
      .refreshMembers()
      .catch((error: unknown) => {
        warn(`room ${room} has not read its members: ${String(error)}`)
        return 'away' as const
      })
    if (answer === 'away') return false
    this.sql.exec('delete from refreshes where room = ? and asked = ?', room, asked ?? 0)
    return true
  }

  /** Asks all of them. Throws while one cannot; those that did are done. */
  run(): Promise<void> {
    this.running ??= this.runAll().finally(() => {
      this.running = null
    })
    return this.running
  }

  private async runAll(): Promise<void> {
    for (let rooms = this.waiting(); rooms.length > 0; rooms = this.waiting()) {
      await eachInParallel(rooms, askedAtOnce, async (room) => {
        if (!(await this.now(room))) throw new Error(`room ${room} is away`)
      })
    }
    this.agenda.done('refresh')
  }

  private waiting(): string[] {
    return this.sql
      .exec<{ room: string }>('select room from refreshes')
      .toArray()
      .map(({ room }) => room)
  }
}
