import { mkdtempSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { uuidV7 } from '../../../protocol/ids.ts'
import type { MeetingDownstream } from '../../../protocol/meetings.ts'
import { freePort, freeUdpPort } from '../../../scripts/lib/ports.ts'
import { startSystem, type System } from '../../../scripts/lib/system.ts'

/** A whole Parley with its LiveKit, in a folder of its own. */
export interface Parley {
  system: System
  sql: postgres.Sql
  stop(): Promise<void>
}

/** Starts one; `page`: with the page that people see. */
export async function startParley(page: 'none' | 'build' = 'none'): Promise<Parley> {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-calls-'))
  const [pagePort, supabasePort, postgresPort] = [await freePort(), await freePort(), await freePort()]
  const ports = { http: await freePort(), tcp: 0, udp: await freeUdpPort() }
  const given = { LIVEKIT_URL: '', LIVEKIT_API_URL: '', LIVEKIT_API_KEY: '', LIVEKIT_API_SECRET: '' }
  const system = await startSystem({
    ...{
      dataDir,
      pagePort,
      supabasePort,
      postgresPort,
      page,
      rateLimits: page === 'build' ? 'off' : 'on',
      durable: false,
      livekit: { ports, given },
    },
  })
  const sql = postgres(system.postgresUrl, { max: 2, onnotice: () => {} })
  return {
    ...{ system, sql },
    async stop() {
      await sql.end()
      await system.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export function freshId(): string {
  return uuidV7(Date.now(), randomBytes(10))
}

const password = 'correct horse'

/** Someone with a browser: their cookies. */
export class Person {
  readonly name: string
  id = ''
  private email = ''
  private readonly system: System
  private readonly cookies = new Map<string, string>()

  private constructor(system: System, name: string) {
    this.system = system
    this.name = name
  }

  /** Someone without an account. */
  static guest(system: System, name: string): Person {
    return new Person(system, name)
  }

  static async signUp(system: System, name: string): Promise<Person> {
    const person = new Person(system, name)
    const email = `${name.toLowerCase()}.${randomBytes(6).toString('hex')}@parley.test`
    person.email = email
    const answer = await person.ask('POST', '/auth/sign-up', { email, password, name })
    if (answer.status !== 201) throw new Error(`${name} could not sign up: ${answer.status} ${await answer.text()}`)
    person.id = ((await answer.json()) as { me: { person: { id: string } } }).me.person.id
    return person
  }

  /** The same person in another browser. */
  async again(): Promise<Person> {
    const other = new Person(this.system, this.name)
    other.id = this.id
    await other.get('POST', '/auth/sign-in', { email: this.email, password })
    return other
  }

  /** A request to the API; `path` begins below /api/v1. */
  async ask(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(`${this.system.pageUrl}/api/v1${path}`, {
      method,
      headers: { ...this.headers(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name !== undefined && value !== undefined) this.cookies.set(name, value)
    }
    return answer
  }

  /** The body of an answer that has to be a success. */
  async get<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.ask(method, path, body)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return (text === '' ? null : JSON.parse(text)) as T
  }

  /** The meeting's socket: what it has said so far, the newest last. */
  async listen(meeting: string): Promise<MeetingDownstream[]> {
    const address = `${this.system.pageUrl}/api/v1/meetings/${meeting}/socket`.replace(/^http/, 'ws')
    // Node's own takes headers beside what browsers take.
    const socket = new WebSocket(address, { headers: this.headers() } as never)
    const frames: MeetingDownstream[] = []
    socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data)) as MeetingDownstream))
    await new Promise((opened) => socket.addEventListener('message', opened, { once: true }))
    return frames
  }

  private headers(): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return { origin: this.system.pageUrl, cookie }
  }
}
