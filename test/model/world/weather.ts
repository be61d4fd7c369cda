import { FakeResponse } from '../platform/fake-response.ts'
import type { Random } from '../platform/random.ts'
import type { VirtualTime } from '../platform/virtual-time.ts'
import type { Wire } from '../platform/namespace.ts'
import type { FakePostgres } from './fake-postgres.ts'

/** How Postgres can be reached: `silent` takes calls and answers nothing, `forgetful` carries some out and loses the answer. */
export type PostgresState = 'well' | 'slow' | 'away' | 'silent' | 'forgetful'

/** The way from the room to Postgres, with its bad days. */
export class Weather implements Wire {
  state: PostgresState = 'well'
  private readonly postgres: FakePostgres
  private readonly time: VirtualTime
  private readonly random: Random

  private readonly forgets: boolean

  constructor(postgres: FakePostgres, time: VirtualTime, random: Random, forgets: boolean) {
    this.forgets = forgets
    this.postgres = postgres
    this.time = time
    this.random = random
  }

  /** Between objects, too, calls and answers are lost while something is wrong. */
  losesMs(): number | null {
    return this.state !== 'well' && this.random.chance(0.1) ? this.random.int(1, 30_000) : null
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
        const result = this.carryOut(name, JSON.parse(init.body as string))
        const lost = state === 'silent' || (state === 'forgetful' && random.chance(0.6))
        this.time.after(this.latencyMs(), () => {
          if (!lost) return resolve(new FakeResponse(JSON.stringify(result)))
          // Some losses are heard of, others run into the caller's patience.
          if (random.chance(0.5)) fail()
        })
      })
    })
  }

  private carryOut(name: string, args: unknown): unknown {
    const forgotten = this.forgets && name === 'ingest_batch' && this.random.chance(0.1)
    return forgotten ? { outcome: 'applied', appliedTo: this.postgres.lastSeq() } : this.postgres.call(name, args)
  }

  latencyMs(): number {
    const { state, random } = this
    return state === 'slow' ? random.int(100, 6_000) : random.int(1, 15)
  }
}
