import type { OwnStatus } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
import { being, carryOn, current, leave, nextTurn, type Being, type Sign } from './core/visit.ts'
import { deviceAt, type Devices } from './devices.ts'
import type { Plans } from './duty.ts'
import type { KeptPresence, Profile } from './profile.ts'
import type { Self } from './self.ts'

/** 2 s: who opens the page, looks away and comes back is one write and not three. */
const keepAfterMs = 2_000

/** Whether the person is here: what the devices' signs of life say, and what Postgres is told of it. */
export class Here {
  private readonly self: Self
  private readonly devices: Devices
  private readonly agenda: Plans
  private readonly profile: Profile
  private readonly watched: () => boolean
  private readonly turned: () => void

  /** `watched`: whether anyone wants to know at once. `turned`: how the person is may be different now. */
  constructor(parts: {
    self: Self
    devices: Devices
    agenda: Plans
    profile: Profile
    watched: () => boolean
    turned: () => void
  }) {
    this.self = parts.self
    this.devices = parts.devices
    this.agenda = parts.agenda
    this.profile = parts.profile
    this.watched = parts.watched
    this.turned = parts.turned
  }

  /** How the person is now. */
  now(now: number): Being {
    return being(this.visitAt(now), this.self.status(), this.self.lastSeenAt(), now)
  }

  /** Someone watches from now on: a lease that runs out is noticed at once. */
  expected(now: number): void {
    this.plan(now)
  }

  /** A device says hello, looks away or back, or the lease of one may be over. */
  sense(now: number): void {
    this.self.setVisit(this.visitAt(now))
    this.plan(now)
    this.turned()
  }

  /** A device's socket has closed. Who closed it themself was alive until now; one that broke says nothing more. */
  left(socket: WebSocket, clean: boolean, now: number): void {
    const { away, welcomed } = deviceAt(socket)
    const last = { seenAt: clean ? now : this.devices.aliveAt(socket), away }
    if (welcomed) this.self.setVisit(leave(this.self.visit(), last, this.signs(), now))
    this.sense(now)
  }

  setStatus(status: OwnStatus, now: number): void {
    this.self.setStatus(status)
    this.sense(now)
  }

  /** Tells Postgres how the person is, and, while they are here, again before its lease ends. */
  async keep(now: number): Promise<void> {
    this.sense(now)
    const presence = this.wanted(now)
    const lastSeenAt = this.self.visit()?.seenAt ?? this.self.lastSeenAt()
    // Nobody was ever here.
    if (lastSeenAt === null) return this.agenda.done('keep')
    await this.profile.keepPresence(presence, lastSeenAt, limits.presenceLeaseMs)
    this.self.setTold({ presence, at: now })
    this.agenda.done('keep')
    this.plan(Date.now())
  }

  private visitAt(now: number) {
    return carryOn(this.self.visit(), this.signs(), now)
  }

  private signs(): Sign[] {
    return this.devices.welcomed().map((socket) => {
      return { seenAt: this.devices.aliveAt(socket), away: deviceAt(socket).away }
    })
  }

  private wanted(now: number): KeptPresence {
    const { show, custom } = this.self.status()
    const visit = this.visitAt(now)
    // Also of someone invisible: Postgres shows it to nobody, and knows when they were last seen.
    const online = visit !== null && now - visit.since >= limits.onlineAfterMs
    return { online, show, custom: current(custom, now), away: online && visit.away }
  }

  private plan(now: number): void {
    const visit = this.self.visit()
    const told = this.self.told()
    const presence = this.wanted(now)
    const renewAt = told && presence.online ? told.at + limits.presenceRenewMs : null
    if (JSON.stringify(presence) !== JSON.stringify(told?.presence ?? null)) {
      // Who never was here and is not has nothing to tell.
      if (told || visit) this.agenda.hasten('keep', now + keepAfterMs)
    } else if (renewAt !== null) this.agenda.hasten('keep', Math.max(renewAt, now + 1))
    if (!visit) return this.lookAgain(now)
    const turn = this.nextTurn(now, renewAt)
    if (this.agenda.due('presence') !== turn) this.agenda.plan('presence', turn)
  }

  /** Nobody is here. A device that was kept from its pings, and sends them again, wakes nobody: it has to be looked for. */
  private lookAgain(now: number): void {
    if (!this.devices.listen(now)) return this.agenda.done('presence')
    const due = this.agenda.due('presence')
    if (due === null || due <= now) this.agenda.plan('presence', now + limits.presenceRenewMs)
  }

  /** A lease that is over is noticed at once while someone watches or no device is left, and else with the next renewal. */
  private nextTurn(now: number, renewAt: number | null): number {
    const visit = this.self.visit()!
    const turn = nextTurn(visit, now)
    const soon = this.watched() || renewAt === null || !this.devices.any()
    const { custom } = this.self.status()
    const lapses = current(custom, now)?.until ?? Infinity
    return Math.max(now + 1, Math.min(soon ? turn : Math.max(turn, renewAt), lapses))
  }
}
