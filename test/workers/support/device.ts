import type { InboxDownstream, InboxUpstream, InboxWelcome, RoomLine } from '../../../protocol/inbox.ts'
import { protocolVersion } from '../../../protocol/version.ts'
import { openSocket, type Person } from './people.ts'
import { Wire } from './wire.ts'

/** What a device holds of its inbox. */
export interface Holding {
  epoch: string | null
  version: number
  lines: Map<string, RoomLine>
}

/** A device's inbox socket, with the list that it makes of what it hears. */
export class Device extends Wire<InboxUpstream, InboxDownstream> {
  readonly holding: Holding = { epoch: null, version: 0, lines: new Map() }

  /** Says hello with what it holds, and takes in frames up to the one that is done. */
  async hello(holding: Holding = this.holding): Promise<InboxWelcome> {
    this.send({ t: 'hello', v: protocolVersion, epoch: holding.epoch, since: holding.version })
    const welcome = await this.next('welcome')
    this.holding.epoch = welcome.epoch
    this.holding.lines = new Map(welcome.whole ? [] : holding.lines)
    while (!(await this.take()));
    return welcome
  }

  /** Takes in the next change of the list; whether the device is then at a version. */
  async take(): Promise<boolean> {
    const { version, rooms, gone, done } = await this.next('rooms')
    for (const line of rooms) this.holding.lines.set(line.room, line)
    for (const room of gone) this.holding.lines.delete(room)
    if (done) this.holding.version = version
    return done
  }

  /** Closes the socket, and waits until the inbox has. */
  async leave(): Promise<void> {
    this.close()
    await this.until(() => this.closedWith !== null)
  }

  /** Takes in changes until a line looks so. */
  async line(room: string, fits: (line: RoomLine) => boolean): Promise<RoomLine> {
    while (true) {
      const line = this.holding.lines.get(room)
      if (line && fits(line)) return line
      await this.take()
    }
  }
}

/** Opens the person's inbox, without a hello. */
export async function connectInbox(
  person: Person,
  headers: Record<string, string> = {},
  path = '/inbox/socket',
): Promise<Device> {
  return new Device(await openSocket(person, path, headers))
}

/** Opens the person's inbox and takes in the list. */
export async function openInbox(person: Person): Promise<Device> {
  const device = await connectInbox(person)
  await device.hello()
  return device
}
