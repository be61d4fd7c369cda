import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Downstream } from '../../protocol/downstream.ts'
import { uuidV7 } from '../../protocol/ids.ts'
import { freePort } from '../../scripts/lib/ports.ts'
import { type System, startSystem } from '../../scripts/lib/system.ts'
import { seed } from '../../scripts/seed/run.ts'

const until = Date.parse('2026-11-01')
const size = { seed: 'lighthouse', people: 40, rooms: 30, messages: 600, until, changes: true }

let folder: string
let system: System
let sql: postgres.Sql
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-seed-'))
  const [pagePort, supabasePort, postgresPort] = [await freePort(), await freePort(), await freePort()]
  system = await startSystem({ dataDir: folder, pagePort, supabasePort, postgresPort, page: 'none', durable: false })
  sql = postgres(system.postgresUrl, { max: 1, onnotice: () => {} })
  await seed(sql, size, false, { write: () => true })
}, 60_000)
afterAll(async () => {
  await sql.end()
  await system.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('[SEQ1] [ACK1] a seeded room opens at its last messages, and what is posted there takes the next seq', async () => {
  const [room] = await sql<{ id: string; head: number; person: string; newest: string }[]>`
    select r.id, r.last_seq::int as head, r.created_by as person,
      (select content from messages m where m.room_id = r.id and m.seq = r.last_seq) as newest
    from rooms r order by r.last_seq desc limit 1`
  const socket = await openRoom(room!.id, room!.person)

  expect(await socket.next('welcome')).toMatchObject({ head: room!.head, room: { id: room!.id } })
  const history = await fetch(`${system.pageUrl}/api/v1/rooms/${room!.id}/messages?limit=1`, {
    headers: { authorization: `Bearer ${await tokenOf(room!.person)}` },
  })
  expect(await history.json()).toMatchObject({ messages: [{ seq: room!.head, text: room!.newest }] })

  const id = uuidV7(Date.now(), new Uint8Array(10).fill(7))
  socket.send({ t: 'post', id, text: 'Is anyone still here?' })
  expect(await socket.next('ack')).toMatchObject({ id, seq: room!.head + 1 })
  socket.close()
}, 30_000)

/** What Supabase Auth would give someone who signed in; nobody in a seed has a password. */
function tokenOf(person: string): Promise<string> {
  return new SignJWT({ role: 'authenticated', email: 'seeded@example.org' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(person)
    .setAudience('authenticated')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(system.keys.jwtSecret))
}

async function openRoom(room: string, person: string) {
  const url = `${system.pageUrl.replace('http', 'ws')}/api/v1/rooms/${room}/socket`
  const headers = { authorization: `Bearer ${await tokenOf(person)}` }
  // Node's WebSocket takes headers, which the browser's does not.
  const socket: WebSocket = Reflect.construct(WebSocket, [url, { headers }])
  const heard: Downstream[] = []
  const waiting: (() => void)[] = []
  socket.addEventListener('message', ({ data }) => {
    heard.push(JSON.parse(String(data)) as Downstream)
    for (const look of waiting.splice(0)) look()
  })
  const send = (frame: object) => socket.send(JSON.stringify(frame))
  await new Promise<void>((opened, failed) => {
    socket.addEventListener('open', () => opened())
    socket.addEventListener('error', () => failed(new Error(`no socket to ${url}`)))
  })
  send({ t: 'hello', v: 2, epoch: null, since: 0, from: 0 })
  return {
    send,
    close: () => socket.close(),
    async next(kind: Downstream['t']): Promise<Downstream> {
      for (;;) {
        const found = heard.find(({ t }) => t === kind)
        if (found) return found
        await new Promise<void>((look) => waiting.push(look))
      }
    },
  }
}
