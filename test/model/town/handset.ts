import { Device } from '../world/device.ts'
import { InboxBot } from './inbox-bot.ts'
import type { InboxDevice } from './inbox-device.ts'
import { InboxPage } from './inbox-page.ts'
import type { Town } from './town.ts'

/** A room that is left and entered again at once keeps its socket. */
const lingerMs = 2_000

/** One device of a person: their inbox, in the client library or in a program of its own, and rooms on screen. */
export class Handset {
  readonly person: string
  readonly name: string
  readonly inbox: InboxDevice
  private readonly town: Town
  private readonly devices = new Map<string, Device>()
  private readonly follows = new Map<string, () => void>()
  /** Rooms that are on screen no more, and stay open until nothing waits in them. */
  private readonly leaving = new Set<string>()

  constructor(town: Town, person: string, name: string, program: 'page' | 'bot') {
    this.town = town
    this.person = person
    this.name = name
    const far = town.inboxOf(person)
    this.inbox = program === 'page' ? new InboxPage(far, person, name) : new InboxBot(far, person, name)
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
  shown(): Device[] {
    return this.open().filter(({ room }) => !this.leaving.has(room))
  }

  /** Rooms that are open, on screen or not. */
  open(): Device[] {
    return [...this.devices.values()].filter(({ tab }) => tab !== null)
  }

  openRoom(room: string): Device {
    const device = this.room(room)
    this.leaving.delete(room)
    if (device.tab && !device.view()!.closed) return device
    this.endRoom(room)
    device.open()
    this.follow(device)
    return device
  }

  /** It is left, and ends a little later, as the client's open rooms do. */
  closeRoom(room: string): void {
    this.leaving.add(room)
    this.town.time.after(lingerMs, () => {
      const { tab } = this.room(room)
      if (!tab || !this.leaving.has(room)) return
      if (tab.room.waiting() > 0 && !tab.room.view.getState().closed) this.closeRoom(room)
      else this.endRoom(room)
    })
  }

  openInbox(): void {
    if (this.inbox.wanted) return
    this.inbox.open()
    for (const device of this.open()) this.follow(device)
  }

  closeInbox(): void {
    for (const room of this.follows.keys()) this.unfollow(room)
    this.inbox.close()
  }

  /** The process of everything on it ends, without a word. */
  kill(): void {
    this.follows.clear()
    this.leaving.clear()
    this.inbox.kill()
    for (const device of this.devices.values()) device.kill()
  }

  private endRoom(room: string): void {
    this.leaving.delete(room)
    this.unfollow(room)
    this.room(room).close()
  }

  private follow(device: Device): void {
    if (this.inbox.wanted) this.follows.set(device.room, this.inbox.follow(device.tab!.room.view))
  }

  private unfollow(room: string): void {
    this.follows.get(room)?.()
    this.follows.delete(room)
  }
}
