import { AsyncLocalStorage } from 'node:async_hooks'
import type { FakeResponse } from './fake-response.ts'
import { FakeSocket } from './fake-socket.ts'
import { FakeStorage } from './fake-storage.ts'
import type { Random } from './random.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What the platform calls on an object. */
export interface Living {
  fetch(request: Request): Promise<Response>
  alarm(): Promise<void>
  webSocketMessage(socket: WebSocket, data: string): Promise<void> | void
  webSocketClose(socket: WebSocket, code: number): Promise<void> | void
}

export interface HostOptions<O extends Living> {
  name: string
  time: VirtualTime
  random: Random
  make(ctx: DurableObjectState, host: ObjectHost<O>): O
  /** Answers a request of the object, or never. */
  subrequest(url: string, init: RequestInit): Promise<FakeResponse>
  /** Something was thrown at the platform, which an object never does. */
  defect(error: unknown): void
  /** What was written is durable from here on. */
  committed(): void
  /** False is a fault: what the object says leaves before what it wrote is durable. */
  gated: boolean
}

/** Whose code runs: timers and requests are those of the object that asks for them. */
const inside = new AsyncLocalStorage<ObjectHost<Living>>()

/** The object whose code runs. */
export function runningObject(): ObjectHost<Living> {
  const host = inside.getStore()
  if (!host) throw new Error('What only an object has was asked for outside of one.')
  return host
}

/**
 * The life of one object, as the platform leads it: constructed by the first event, asleep when nothing is under way,
 * killed at any instant. Whatever it says waits at the output gate until what it wrote before is committed; a crash
 * before the commit loses both, a crash after it loses the words alone.
 */
export class ObjectHost<O extends Living> {
  storage: FakeStorage
  /** How often the object was constructed. */
  lives = 0
  /** What it was called for, and how often: `fetch`, `message`, `close`, `alarm`, or the method. */
  readonly calledFor = new Map<string, number>()
  private readonly options: HostOptions<O>
  private living: O | null = null
  private age = 0
  private underWay = 0
  private held: (() => void)[] = []
  private sockets: FakeSocket[] = []
  private readonly plain = new Set<FakeSocket>()
  private readonly timers = new Map<number, () => void>()
  private readonly calls = new Set<(error: Error) => void>()
  private timerId = 0
  private autoResponse: { request: string; response: string } | null = null
  private cancelCommit: (() => void) | null = null
  private cancelAlarm: (() => void) | null = null
  private ringing = false

  constructor(options: HostOptions<O>) {
    this.options = options
    this.storage = this.freshStorage()
  }

  /** Asks for a socket; null when the object died before it answered. */
  async connect(request: Request): Promise<FakeSocket> {
    const response = await this.call('fetch', (object) => object.fetch(request))
    const socket = (response as unknown as FakeResponse).webSocket as FakeSocket
    if (!this.sockets.includes(socket)) this.plain.add(socket)
    return socket
  }

  get name(): string {
    return this.options.name
  }

  /** Whether the object is in memory. */
  get awake(): boolean {
    return this.living !== null
  }

  /** Calls the object from outside. Rejects when it dies before its answer is out. */
  call<T>(what: string, run: (object: O) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.calls.add(reject)
      const answered = (settle: () => void) => {
        this.gate(() => {
          this.calls.delete(reject)
          settle()
        })
      }
      this.enter(what, async (object) => {
        try {
          const result = await run(object)
          answered(() => resolve(result))
        } catch (error) {
          this.options.defect(error)
          answered(() => reject(error))
        }
      })
    })
  }

  /** A text arrives from the other end. */
  receive(socket: FakeSocket, text: string): void {
    if (!this.sockets.includes(socket)) return
    if (this.autoResponse?.request === text) return socket.pong(this.autoResponse.response, this.options.time.now())
    this.enter('message', (object) => object.webSocketMessage(socket as unknown as WebSocket, text))
  }

  /** The other end closed, or broke off (1006). */
  closed(socket: FakeSocket, code: number): void {
    this.plain.delete(socket)
    if (!this.sockets.includes(socket)) return
    if (socket.readyState === 1) socket.readyState = 2
    this.enter('close', async (object) => {
      await object.webSocketClose(socket as unknown as WebSocket, code)
      socket.readyState = 3
      this.sockets = this.sockets.filter((other) => other !== socket)
    })
  }

  /** Puts the object to sleep if nothing is under way: its memory goes, its sockets stay. */
  sleep(): boolean {
    if (!this.living || this.underWay > 0 || this.timers.size > 0 || this.storage.dirty || this.ringing) return false
    this.living = null
    this.age++
    return true
  }

  /** The process dies, with its sockets and all that is not committed. */
  kill(): void {
    this.cancelCommit?.()
    this.cancelCommit = null
    this.storage.rollback()
    this.die()
  }

  /** The process dies and its disk is lost. */
  wipe(): void {
    this.cancelCommit?.()
    this.cancelCommit = null
    this.storage.close()
    this.storage = this.freshStorage()
    this.die()
  }

  /** The platform's globals, for code of the object. */
  setTimeout(run: () => void, ms = 0): number {
    const id = ++this.timerId
    const { age } = this
    const cancel = this.options.time.after(ms, () => {
      this.timers.delete(id)
      if (age !== this.age) return
      try {
        inside.run(this, run)
      } catch (error) {
        this.options.defect(error)
      }
    })
    this.timers.set(id, cancel)
    return id
  }

  clearTimeout(id: number): void {
    this.timers.get(id)?.()
    this.timers.delete(id)
  }

  fetch(url: string, init: RequestInit): Promise<FakeResponse> {
    return this.ask(() => this.options.subrequest(url, init), init.signal)
  }

  /** Asks someone outside: the question leaves through the gate, and of an answer to a dead process nobody hears. */
  ask<T>(question: () => Promise<T>, signal?: AbortSignal | null): Promise<T> {
    const { age } = this
    return new Promise((resolve, reject) => {
      this.underWay++
      let open = true
      const settle = (run: () => void) => {
        if (age !== this.age || !open) return
        open = false
        this.underWay--
        run()
      }
      signal?.addEventListener('abort', () => settle(() => reject(signal.reason as Error)))
      this.gate(() => {
        question().then(
          (answer) => settle(() => resolve(answer)),
          (error: Error) => settle(() => reject(error)),
        )
      })
    })
  }

  socketPair(): [FakeSocket, FakeSocket] {
    const server = new FakeSocket((run) => this.gate(run))
    return [server, server]
  }

  private enter(what: string, run: (object: O) => Promise<void> | void): void {
    const { age } = this
    this.underWay++
    this.calledFor.set(what, (this.calledFor.get(what) ?? 0) + 1)
    void inside.run(this, async () => {
      try {
        await run(this.object())
      } catch (error) {
        this.options.defect(error)
      }
      if (age === this.age) this.underWay--
    })
  }

  /** The object is not done before the promise is. */
  private stay(promise: Promise<unknown>): void {
    const { age } = this
    this.underWay++
    void promise
      .catch((error: unknown) => this.options.defect(error))
      .finally(() => {
        if (age === this.age) this.underWay--
      })
  }

  private object(): O {
    if (!this.living) {
      this.lives++
      this.living = this.options.make(this.context(), this)
    }
    return this.living
  }

  private gate(run: () => void): void {
    if (this.options.gated && this.storage.dirty) this.held.push(run)
    else inside.exit(run)
  }

  private wrote(): void {
    const { time, random } = this.options
    const ms = random.chance(0.05) ? random.int(10, 300) : random.int(0, 3)
    this.cancelCommit = time.after(ms, () => this.commit())
  }

  private commit(): void {
    this.cancelCommit = null
    this.storage.commit()
    this.options.committed()
    for (const run of this.held.splice(0)) run()
    this.expectAlarm()
  }

  private expectAlarm(): void {
    this.cancelAlarm?.()
    const at = this.storage.committedAlarm()
    this.cancelAlarm = at === null ? null : this.options.time.after(at - this.options.time.now(), () => this.ring())
  }

  private ring(): void {
    this.cancelAlarm = null
    // One handler at a time; what it leaves committed is expected when it is through.
    if (this.ringing) return
    this.ringing = true
    this.storage.ring()
    const { age } = this
    this.enter('alarm', async (object) => {
      await object.alarm()
      if (age !== this.age) return
      this.ringing = false
      this.storage.rung()
      if (!this.storage.dirty) this.expectAlarm()
    })
  }

  private die(): void {
    this.age++
    this.living = null
    this.underWay = 0
    this.ringing = false
    this.held = []
    this.autoResponse = null
    for (const cancel of this.timers.values()) cancel()
    this.timers.clear()
    for (const reject of this.calls) reject(new Error('The object died.'))
    this.calls.clear()
    const sockets = [...this.sockets, ...this.plain]
    this.sockets = []
    this.plain.clear()
    for (const socket of sockets) socket.break()
    this.expectAlarm()
  }

  private freshStorage(): FakeStorage {
    return new FakeStorage(() => this.wrote())
  }

  private context(): DurableObjectState {
    const { storage } = this
    const context = {
      id: { name: this.options.name, toString: () => this.options.name },
      storage: {
        sql: storage.sql,
        transactionSync: <T>(work: () => T) => storage.transactionSync(work),
        getAlarm: () => storage.getAlarm(),
        setAlarm: (at: number | Date) => storage.setAlarm(at),
        deleteAlarm: () => storage.deleteAlarm(),
        deleteAll: () => storage.deleteAll(),
      },
      waitUntil: (promise: Promise<unknown>) => this.stay(promise),
      acceptWebSocket: (socket: FakeSocket, tags: string[] = []) => {
        socket.tags = tags
        this.sockets.push(socket)
      },
      getWebSockets: (tag?: string) =>
        tag === undefined ? [...this.sockets] : this.sockets.filter(({ tags }) => tags.includes(tag)),
      setWebSocketAutoResponse: (pair: { request: string; response: string } | null) => {
        this.autoResponse = pair
      },
      getWebSocketAutoResponseTimestamp: (socket: FakeSocket) => socket.pongedAt,
    }
    return context as unknown as DurableObjectState
  }
}
