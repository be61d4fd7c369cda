import { Device } from '../world/device.ts'
import { InboxBot } from './inbox-bot.ts'
import type { Town } from './town.ts'

/** One device of a person: their inbox, and a few rooms on screen. */
export class Handset {
  readonly person: string
  readonly name: string
  readonly inbox: InboxBot
  private readonly town: Town
  private readonly devices = new Map<string, Device>()

  constructor(town: Town, person: string, name: string) {
    this.town = town
    this.person = person
    this.name = name
    this.inbox = new InboxBot(town.inboxOf(person), person, name)
  }

  /** The room on this device, open or not. */
  room(room: string): Device {
    let device = this.devices.get(room)
    if (!device) {
      device = new Device(this.town.place(room).site, this.person, this.name)
      this.devices.set(room, device)
    }
    return device
  }

  /** Rooms that are on screen. */
  open(): Device[] {
    return [...this.devices.values()].filter(({ tab }) => tab !== null)
  }

  kill(): void {
    this.inbox.close()
    for (const device of this.devices.values()) device.kill()
  }
}
