import type { RoomForInboxes } from '../between.ts'
import type { Objects } from '../env.ts'
import { eachInParallel } from '../parallel.ts'
import type { RoomList } from './list.ts'
import type { Lines } from './lines.ts'
import type { Visits } from './visits.ts'

/** Rooms that are asked at the same time, and in one run: what one event may ask of others has an end. */
const askedAtOnce = 16
const perRun = 400

/** What the inbox reports to rooms: that the person is back, and how far their devices have received. */
export class Reports {
  private readonly person: string
  private readonly rooms: Objects<RoomForInboxes>
  private readonly sql: SqlStorage
  private readonly lines: Lines
  private readonly visits: Visits
  private readonly list: RoomList

  constructor(parts: {
    person: string
    rooms: Objects<RoomForInboxes>
    sql: SqlStorage
    lines: Lines
    visits: Visits
    list: RoomList
  }) {
    this.person = parts.person
    this.rooms = parts.rooms
    this.sql = parts.sql
    this.lines = parts.lines
    this.visits = parts.visits
    this.list = parts.list
  }

  /** Tells the rooms that have to hear of the visit. Throws when some did not answer. */
  async back(): Promise<void> {
    await this.callBack(this.visits.owed(perRun))
  }

  /** Asks rooms how they stand now, and to tell everything from here on. Throws when some did not answer. */
  async callBack(rooms: string[]): Promise<void> {
    await eachInParallel(rooms, askedAtOnce, (room) => this.callOne(room, false))
  }

  private async callOne(room: string, compared: boolean): Promise<void> {
    const before = this.lines.of(room)
    if (!before) return
    const visit = this.visits.current()
    const object = this.rooms.getByName(room)
    const answer = await object.back(this.person, visit)
    switch (answer.state) {
      case 'bump':
        return this.list.answered(answer.bump, visit)
      case 'unwritten':
        return this.visits.answered(room, visit)
      case 'gone':
        // The room's copy of its members may be older than the list, as where a direct room is opened anew.
        if (!compared && (await object.refreshMembers()) === 'fresh') return await this.callOne(room, true)
        return this.list.goneUnlessTold(room, before)
      case 'away':
        throw new Error(`room ${room} cannot answer`)
    }
  }

  /** A device has taken in everything up to a version. True: rooms have to hear of it. */
  seen(version: number): boolean {
    const news =
      'update lines set received = head where version <= ? and head > delivered and head > received returning 1'
    return this.sql.exec(news, version).toArray().length > 0
  }

  owesReceived(): boolean {
    return this.sql.exec('select 1 from lines where received > 0 limit 1').toArray().length > 0
  }

  /** Tells rooms how far devices have received. Throws when some did not hear it. */
  async received(): Promise<void> {
    // A device that has the room open told it by itself.
    this.sql.exec('update lines set received = 0 where received > 0 and delivered >= received')
    const owed = this.sql.exec<{ room: string; received: number }>(
      'select room, received from lines where received > 0 limit ?',
      perRun,
    )
    await eachInParallel(owed.toArray(), askedAtOnce, async ({ room, received }) => {
      const answer = await this.rooms.getByName(room).received(this.person, received)
      if (answer === 'away') throw new Error(`room ${room} cannot answer`)
      this.sql.exec(
        'update lines set received = iif(received > ?, received, 0), delivered = max(delivered, ?) where room = ?',
        ...[received, received, room],
      )
    })
  }
}
