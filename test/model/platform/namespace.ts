import { copy } from './copy.ts'
import { ObjectHost, type HostOptions, type Living } from './object-host.ts'
import type { VirtualTime } from './virtual-time.ts'

/** The way between two objects. Whatever is lost on it is lost to the caller, too, sooner or later. */
export interface Wire {
  /** How long a call takes to the other object, or its answer back. */
  latencyMs(): number
  /** Whether a call or an answer does not arrive: after how long the caller is told, or null. */
  losesMs(): number | null
}

type Method = (...args: unknown[]) => Promise<unknown>

/** All objects of one class, by name. One that nobody has called yet has nothing but its name. */
export class Namespace<O extends Living> {
  private readonly hosts = new Map<string, ObjectHost<O>>()
  private readonly options: (name: string) => HostOptions<O>
  private readonly wire: Wire
  private readonly time: VirtualTime

  constructor(time: VirtualTime, wire: Wire, options: (name: string) => HostOptions<O>) {
    this.time = time
    this.wire = wire
    this.options = options
  }

  host(name: string): ObjectHost<O> {
    let host = this.hosts.get(name)
    if (!host) {
      host = new ObjectHost(this.options(name))
      this.hosts.set(name, host)
    }
    return host
  }

  /** Those that were ever asked for. */
  all(): ObjectHost<O>[] {
    return [...this.hosts.values()]
  }

  /** The namespace as the environment of one object has it: what it asks of others leaves through its own gate. */
  boundTo(caller: ObjectHost<Living>): { getByName(name: string): O } {
    return { getByName: (name) => this.stub(caller, name) as O }
  }

  private stub(caller: ObjectHost<Living>, name: string): unknown {
    return new Proxy(
      {},
      {
        get: (_, method) => {
          // Whoever awaits a stub asks it whether it is a promise.
          if (typeof method !== 'string' || method === 'then') return undefined
          return (...args: unknown[]) => {
            const sent = copy(args)
            return caller.ask(() => this.carry(name, method, sent))
          }
        },
      },
    )
  }

  /** Two calls may overtake each other, and one that was carried out may look as if it was not. */
  private carry(name: string, method: string, args: unknown[]): Promise<unknown> {
    const { time, wire } = this
    return new Promise((resolve, reject) => {
      const travel = (arrive: () => void) => {
        const lostMs = wire.losesMs()
        if (lostMs === null) time.after(wire.latencyMs(), arrive)
        else time.after(lostMs, () => reject(new Error('Network connection lost.')))
      }
      travel(() => {
        const call = (object: O) => (object as unknown as Record<string, Method>)[method]!(...args)
        this.host(name)
          .call(method, call)
          .then(
            (answer) => {
              const copied = copy(answer)
              travel(() => resolve(copied))
            },
            (error: Error) => travel(() => reject(error)),
          )
      })
    })
  }
}
