import { createHash, randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import type postgres from 'postgres'
import type { Actor } from '../../protocol/access.ts'
import { uuidV7, uuidV8 } from '../../protocol/ids.ts'
import type { System } from '../lib/system.ts'

/** Someone with an account and a token of theirs. */
export interface Person {
  id: string
  name: string
  email: string
  token: string
}

/** Who stands in a room in what role, and who does not. */
export type Cast = Record<Exclude<Actor, 'anonymous' | 'guest' | 'operator'>, Person>

/** A room that is there for one endpoint: its people, whom they may act on, and what there is to ask for. */
export interface Scene {
  system: System
  sql: postgres.Sql
  room: string
  /** A public room of somebody else. */
  publicRoom: string
  cast: Cast
  /** A plain member on whom nobody has acted yet. */
  subject: Person
  /** Someone who is no member and lets everyone add them. */
  stranger: Person
  /** Someone who waits to be let in. */
  knocking: Person
  link: { id: string; code: string }
  /** A message of the owner. */
  seq: number
  /** Another person with an account and nothing else: for acts that end one. */
  newcomer(): Promise<Person>
}

const password = 'correct horse'

/** A request of the room's owner, to set a scene. `path` begins below /api/v1. */
export async function asOwner(scene: Scene, method: string, path: string, body?: unknown): Promise<Response> {
  const answer = await fetch(`${scene.system.pageUrl}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${scene.cast.owner.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer
}

/** What one needs to sign in as any of these people. */
export function credentials({ email }: Person): { email: string; password: string } {
  return { email, password }
}

/** A token for a session that Auth knows. */
export async function tokenOf(system: System, who: { email: string; password: string }): Promise<string> {
  const answer = await fetch(`${system.supabaseUrl}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: system.keys.anonKey, 'content-type': 'application/json' },
    body: JSON.stringify(who),
  })
  if (!answer.ok) throw new Error(`${who.email} cannot sign in: ${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as { access_token: string }).access_token
}

/** Makes scenes in a system. People are written past the front door, all with the password of the first. */
export class World {
  private readonly system: System
  private readonly sql: postgres.Sql
  private readonly hash: string

  private constructor(system: System, sql: postgres.Sql, hash: string) {
    this.system = system
    this.sql = sql
    this.hash = hash
  }

  static async open(system: System, sql: postgres.Sql): Promise<World> {
    const email = 'first@parley.test'
    const answer = await fetch(`${system.pageUrl}/api/v1/auth/sign-up`, {
      method: 'POST',
      headers: { origin: system.pageUrl, 'content-type': 'application/json' },
      body: JSON.stringify({ email, password, name: 'First' }),
    })
    if (answer.status !== 201) throw new Error(`nobody could sign up: ${answer.status} ${await answer.text()}`)
    const [row] = await sql<
      { hash: string }[]
    >`select encrypted_password as hash from auth.users where email = ${email}`
    return new World(system, sql, row!.hash)
  }

  async scene(): Promise<Scene> {
    const { system, sql } = this
    const names = [
      'Outsider',
      'Banned',
      'Member',
      'Moderator',
      'Admin',
      'Owner',
      'Subject',
      'Stranger',
      'Knocking',
      'Host',
    ]
    const people = await this.people(names)
    const [outsider, banned, member, moderator, admin, owner, subject, stranger, knocking, host] = people as Ten
    const [room, publicRoom] = [freshId(), freshId()]
    await sql`insert into public.rooms ${sql([
      { id: room, type: 'group', name: 'Analytical engines', visibility: 'private', created_by: owner.id },
      { id: publicRoom, type: 'group', name: 'Difference engines', visibility: 'public', created_by: host.id },
    ])}`
    const roles = { member, moderator, admin }
    const members = Object.entries(roles).map(([role, { id }]) => ({ room_id: room, user_id: id, role }))
    members.push({ room_id: room, user_id: subject.id, role: 'member' })
    await sql`insert into public.room_participants ${sql(members)}`
    await sql`insert into public.room_participants (room_id, user_id, left_at, banned_until)
      select r, ${banned.id}, now(), 'infinity' from unnest(${[room, publicRoom]}::uuid[]) r`
    const code = randomBytes(16).toString('base64url')
    const [link] = await sql<{ id: string }[]>`
      insert into parley.join_links (code_hash, room_id, created_by, expires_at)
      values (${createHash('sha256').update(code).digest('hex')}, ${room}, ${owner.id}, now() + interval '1 day')
      returning id`
    await sql`insert into parley.join_requests (room_id, person) values (${room}, ${knocking.id})`
    const seq = await this.message(room, owner)
    return {
      ...{ system, sql, room, publicRoom, subject, stranger, knocking, seq },
      cast: { outsider, banned, member, moderator, admin, owner },
      link: { id: link!.id, code },
      newcomer: async () => (await this.people(['Newcomer']))[0]!,
    }
  }

  private async people(names: string[]): Promise<Person[]> {
    const people = names.map((name) => ({ name, id: freshId() }))
    const rows = people.map(({ id, name }) => ({
      ...{ id, email: `${id}@parley.test`, encrypted_password: this.hash, email_confirmed_at: new Date() },
      ...{ raw_user_meta_data: this.sql.json({ display_name: name }) },
    }))
    await this.sql`insert into auth.users ${this.sql(rows)}`
    const secret = new TextEncoder().encode(this.system.keys.jwtSecret)
    return await Promise.all(
      people.map(async ({ id, name }) => ({
        ...{ id, name, email: `${id}@parley.test` },
        token: await new SignJWT({ role: 'authenticated', email: `${id}@parley.test` })
          .setProtectedHeader({ alg: 'HS256' })
          .setSubject(id)
          .setAudience('authenticated')
          .setExpirationTime('1h')
          .sign(secret),
      })),
    )
  }

  /** Everyone's first message in a room comes in by the import, which needs no socket. */
  private async message(room: string, { id }: Person): Promise<number> {
    const answer = await fetch(`${this.system.pageUrl}/api/v1/rooms/${room}/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.system.keys.serviceKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        messages: [{ id: uuidV8(randomBytes(16)), at: Date.now(), by: id, source: null, text: 'It weaves patterns' }],
        append: true,
      }),
    })
    if (answer.status !== 200) throw new Error(`no message: ${answer.status} ${await answer.text()}`)
    return ((await answer.json()) as { head: number }).head
  }
}

type Ten = [Person, Person, Person, Person, Person, Person, Person, Person, Person, Person]

export function freshId(): string {
  return uuidV7(Date.now(), randomBytes(10))
}
