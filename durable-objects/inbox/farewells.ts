import { closeCodes } from '../../protocol/close-codes.ts'
import type { RoomForInboxes } from '../between.ts'
import type { Ending, Endings } from '../endings.ts'
import type { Objects } from '../env.ts'
import { held } from '../sockets.ts'
import { eachInParallel } from '../parallel.ts'
import type { Devices } from './devices.ts'

/** Rooms that are told at the same time. */
const toldAtOnce = 8

/** Stands for all rooms while the inbox does not know them. */
const theList = ''

/**
 * The end of sessions: this inbox remembers them, closes their sockets, and tells every room of the person, which does
 * the same. A room that cannot be told stays owed. Nobody else knows which rooms a device has open.
 */
export class Farewells {
  private readonly person: string
  private readonly sql: SqlStorage
  private readonly endings: Endings
  private readonly devices: Devices
  private readonly rooms: Objects<RoomForInboxes>
  private readonly list: { known(): boolean; read(): Promise<void>; rooms(): string[] }

  constructor(parts: {
    person: string
    sql: SqlStorage
    endings: Endings
    devices: Devices
    rooms: Objects<RoomForInboxes>
    list: { known(): boolean; read(): Promise<void>; rooms(): string[] }
  }) {
    this.person = parts.person
    this.sql = parts.sql
    this.endings = parts.endings
    this.devices = parts.devices
    this.rooms = parts.rooms
    this.list = parts.list
  }

  /** Ends sessions here, and owes it to the rooms. */
  begin(ending: Ending, now: number): void {
    this.endings.add(this.person, ending, now)
    for (const room of this.list.known() ? this.list.rooms() : [theList]) this.owe(room)
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

  owed(): boolean {
    return this.sql.exec('select 1 from farewells limit 1').toArray().length > 0
  }

  /** Tells the rooms. Throws while one of them could not be told; the others were. */
  async tell(): Promise<void> {
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
