import { DurableObject } from 'cloudflare:workers'

interface Bucket {
  /** Tries that are not forgiven yet, at a time. */
  used: number
  at: number
}

/**
 * How often something was tried lately under one name: an address, with what is tried. Whoever asks names it by a keyed
 * hash, so nothing here says whose it is, and nothing depends on whether there is such an account.
 */
export class Tries extends DurableObject {
  /** Takes a try. Answers how long to wait for the next one, in ms; 0: this one counts. */
  async take(most: number, forgivenAfterMs: number): Promise<number> {
    const now = Date.now()
    const { used, at } = (await this.ctx.storage.get<Bucket>('bucket')) ?? { used: 0, at: now }
    const left = Math.max(0, used - Math.max(0, now - at) / forgivenAfterMs)
    if (left > most - 1) return Math.ceil((left - most + 1) * forgivenAfterMs)
    await this.ctx.storage.put<Bucket>('bucket', { used: left + 1, at: now })
    await this.ctx.storage.setAlarm(now + (left + 1) * forgivenAfterMs)
    return 0
  }

  /** It succeeded: what was tried before counts no more. */
  async forget(): Promise<void> {
    await this.ctx.storage.deleteAlarm()
    await this.ctx.storage.deleteAll()
  }

  /** All are forgiven. */
  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll()
  }
}
