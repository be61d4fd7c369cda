import { closeCodes } from '../../protocol/close-codes.ts'
import type { MeetingForOthers, RoomForInboxes } from '../between.ts'
import type { Ending, Endings } from '../endings.ts'
import type { Objects } from '../env.ts'
import { held } from '../sockets.ts'
import { eachInParallel } from '../parallel.ts'
import type { Devices } from './devices.ts'

/** Rooms or meetings that are told at the same time. */
const toldAtOnce = 8

/** Nobody is in a meeting any more for which nothing of theirs has asked for so long. */
const attendedMs = 7 * 86_400_000

/** Meetings that are remembered at most; the eldest are forgotten first. */
const attendedAtMost = 256

/** Stands for all rooms while the inbox does not know them. */
const theList = ''

/**
 * The end of sessions: this inbox remembers them, closes their sockets, and tells every room of the person and the meetings
 * that they came to lately, which do the same. Who cannot be told stays owed it. Nobody else knows what a device has open.
 */
export class Farewells {
  private readonly person: string
  private readonly sql: SqlStorage
  private readonly endings: Endings
  private readonly devices: Devices
  private readonly rooms: Objects<RoomForInboxes>
  private readonly meetings: Objects<Pick<MeetingForOthers, 'endSessions'>>
  private readonly list: { known(): boolean; read(): Promise<void>; rooms(): string[] }

  constructor(parts: {
    person: string
    sql: SqlStorage
    endings: Endings
    devices: Devices
    rooms: Objects<RoomForInboxes>
    meetings: Objects<Pick<MeetingForOthers, 'endSessions'>>
    list: { known(): boolean; read(): Promise<void>; rooms(): string[] }
  }) {
    this.person = parts.person
    this.sql = parts.sql
    this.endings = parts.endings
    this.devices = parts.devices
    this.rooms = parts.rooms
    this.meetings = parts.meetings
    this.list = parts.list
  }

  /** Ends sessions here, and owes it to the rooms and meetings. */
  begin(ending: Ending, now: number): void {
    this.endings.add(this.person, ending, now)
    for (const room of this.list.known() ? this.list.rooms() : [theList]) this.owe(room)
    this.sql.exec('update meetings set owed = owed + 1')
    for (const socket of this.devices.all()) {
      if (this.endings.over(this.person, held(socket))) socket.close(closeCodes.signIn, 'This session was ended.')
    }
  }

  /** A room came onto the list: it is owed what ended before. False: nothing did. */
  greet(room: string, now: number): boolean {
    const remembered = this.endings.any(this.person, now)
    if (remembered) this.owe(room)
    return remembered
  }

  /** The person comes to a meeting: from here on it hears which sessions end. */
  attend(meeting: string, now: number): void {
    this.sql.exec('delete from meetings where at < ? and owed = 0', now - attendedMs)
    const put = 'insert into meetings (meeting, at) values (?, ?) on conflict (meeting) do update set at = excluded.at'
    this.sql.exec(put, meeting, now)
    const beyond = 'select meeting from meetings where owed = 0 order by at desc limit -1 offset ?'
    this.sql.exec(`delete from meetings where meeting in (${beyond})`, attendedAtMost)
  }

  owed(): boolean {
    const owed = 'select 1 from farewells union all select 1 from meetings where owed > 0 limit 1'
    return this.sql.exec(owed).toArray().length > 0
  }

  /** Tells the meetings and the rooms. Throws while one of them could not be told; the others were. */
  async tell(): Promise<void> {
    const told = await Promise.allSettled([this.tellMeetings(), this.tellRooms()])
    for (const each of told) if (each.status === 'rejected') throw each.reason
  }

  private async tellMeetings(): Promise<void> {
    const waiting = this.sql
      .exec<{ meeting: string; owed: number }>('select meeting, owed from meetings where owed > 0')
      .toArray()
    await eachInParallel(waiting, toldAtOnce, async ({ meeting, owed }) => {
      await this.meetings.getByName(meeting).endSessions(this.person, this.endings.of(this.person))
      // Another session ends while it is being told of one: it is told again.
      this.sql.exec('update meetings set owed = 0 where meeting = ? and owed = ?', meeting, owed)
    })
  }

  private async tellRooms(): Promise<void> {
    if (this.waiting().includes(theList)) {
      await this.list.read()
      for (const room of this.list.rooms()) this.owe(room)
      this.sql.exec('delete from farewells where room = ?', theList)
    }
    await eachInParallel(this.waiting(), toldAtOnce, async (room) => {
      const { asked } =
        this.sql.exec<{ asked: number }>('select asked from farewells where room = ?', room).toArray()[0] ?? {}
      // The account went meanwhile, and what was owed with it.
      if (asked === undefined) return
      await this.rooms.getByName(room).endSessions(this.person, this.endings.of(this.person))
      this.sql.exec('delete from farewells where room = ? and asked = ?', room, asked)
    })
  }

  private owe(room: string): void {
    // Another session ends while the room is being told of one: it is told again.
    this.sql.exec('insert into farewells (room) values (?) on conflict (room) do update set asked = asked + 1', room)
  }

  private waiting(): string[] {
    return this.sql
      .exec<{ room: string }>('select room from farewells')
      .toArray()
      .map(({ room }) => room)
  }
}
