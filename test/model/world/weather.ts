import { FakeResponse } from '../platform/fake-response.ts'
import type { Random } from '../platform/random.ts'
import type { VirtualTime } from '../platform/virtual-time.ts'
import type { Wire } from '../platform/namespace.ts'

/** How Postgres can be reached: `silent` takes calls and answers nothing, `forgetful` carries some out and loses the answer. */
export type PostgresState = 'well' | 'slow' | 'away' | 'silent' | 'forgetful'

/** The way from the objects to Postgres, and to each other, with its bad days. */
export class Weather implements Wire {
  state: PostgresState = 'well'
  /** The chance that a call between two objects is lost, or its answer. */
  lossy = 0
  private readonly call: (name: string, args: unknown) => unknown
  private readonly time: VirtualTime
  private readonly random: Random

  constructor(call: (name: string, args: unknown) => unknown, time: VirtualTime, random: Random) {
    this.call = call
    this.time = time
    this.random = random
  }

  /** Between objects, too, calls and answers are lost while something is wrong. */
  losesMs(): number | null {
    const lossy = Math.max(this.lossy, this.state === 'well' ? 0 : 0.1)
    return lossy > 0 && this.random.chance(lossy) ? this.random.int(1, 30_000) : null
  }

  /** One request; a request that is under way may still arrive after whoever sent it has died. */
  request(url: string, init: RequestInit): Promise<FakeResponse> {
    const { state, random } = this
    const name = url.slice(url.lastIndexOf('/') + 1)
    return new Promise((resolve, reject) => {
      const fail = () => reject(new TypeError('fetch failed'))
      if (state === 'away') {
        const answer = random.chance(0.5)
          ? fail
          : () => resolve(new FakeResponse('{"message":"away"}', { status: 503 }))
        this.time.after(random.int(1, 50), answer)
        return
      }
      this.time.after(this.latencyMs(), () => {
        if (state === 'silent' && random.chance(0.7)) return
        const result = this.call(name, JSON.parse(init.body as string))
        const lost = state === 'silent' || (state === 'forgetful' && random.chance(0.6))
        this.time.after(this.latencyMs(), () => {
          if (!lost) return resolve(new FakeResponse(JSON.stringify(result)))
          // Some losses are heard of, others run into the caller's patience.
          if (random.chance(0.5)) fail()
        })
      })
    })
  }

  latencyMs(): number {
    const { state, random } = this
    return state === 'slow' ? random.int(100, 6_000) : random.int(1, 15)
  }
}
