import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { serve } from '../../scripts/lib/http-server.ts'
import { keysOf } from '../../scripts/lib/keys.ts'
import { prepareLite, serveLite } from '../../scripts/lib/lite.ts'
import { Mailbox } from '../../scripts/lib/mailbox.ts'
import { applyPrelude, migrate } from '../../scripts/lib/migrate.ts'
import { freePort } from '../../scripts/lib/ports.ts'
import { scratchPostgres } from '../../scripts/lib/postgres.ts'

/** Where the tests' Parley lives, and links in mails lead. */
const siteUrl = 'https://parley.test'

/**
 * A real Postgres with the real migrations and a real Auth and Data API, behind a gate. The gate is a fake for one
 * fault: `PUT /gate/shut` makes the database unreachable, `PUT /gate/hang` holds every request and answers none, `PUT /gate/busy` has too many requests already,
 * `PUT /gate/slow` ends each statement at its time, and
 * `PUT /gate/lost` lets requests through and loses the answers, until `PUT /gate/open`. `PUT /keys` gives the project the public keys in its body, as a hosted one has them:
 * the local Auth signs with a secret and has none. `PUT /confirmation/on` has new accounts confirmed by mail, until
 * `PUT /confirmation/off`; mails are at /mailbox.json. Prints its address and keys on one line and ends with its standard input.
 */
async function backend(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-workers-'))
  const keys = keysOf(folder)
  const database = await scratchPostgres()
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined })
  await applyPrelude(sql)
  await prepareLite(database.url, keys)
  await migrate(sql)
  await sql.end()
  const box = new Mailbox(null)
  const served = async (confirm: boolean) =>
    await serveLite(database.url, await freePort(), keys, () => undefined, { box, siteUrl, confirm })
  const [plain, confirming] = [await served(false), await served(true)]
  let lite = plain
  let gate = 'open'
  const held: (() => void)[] = []
  let publicKeys: string | null = null
  const front = await serve(await freePort(), 'PARLEY_SUPABASE_PORT', async (request) => {
    const { pathname, search } = new URL(request.url)
    if (pathname.startsWith('/gate/')) {
      gate = pathname.slice('/gate/'.length)
      for (const opened of held.splice(0)) opened()
      return new Response(null, { status: 204 })
    }
    if (pathname.startsWith('/confirmation/')) {
      lite = pathname.endsWith('/on') ? confirming : plain
      return new Response(null, { status: 204 })
    }
    if (pathname === '/keys') {
      publicKeys = await request.text()
      return new Response(null, { status: 204 })
    }
    if (gate === 'hang') await new Promise<void>((opened) => held.push(opened))
    if (gate === 'shut') return Response.json({ message: 'The gate is shut.' }, { status: 503 })
    if (gate === 'busy') return Response.json({ message: 'Too many requests.' }, { status: 429 })
    // As Postgres answers for a statement that met the limit of its role.
    if (gate === 'slow')
      return Response.json({ code: '57014', message: 'canceling statement due to statement timeout' }, { status: 500 })
    if (publicKeys !== null && pathname === '/auth/v1/.well-known/jwks.json') {
      return new Response(publicKeys, { headers: { 'content-type': 'application/json' } })
    }
    const body = request.body && (await request.arrayBuffer())
    const headers = new Headers(request.headers)
    for (const name of ['connection', 'host', 'content-length', 'transfer-encoding']) headers.delete(name)
    const answer = await fetch(`${lite.url}${pathname}${search}`, { method: request.method, headers, body })
    const bytes = await answer.arrayBuffer()
    if (gate === 'lost') return Response.json({ message: 'The answer was lost.' }, { status: 503 })
    const own = new Headers(answer.headers)
    for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) own.delete(name)
    return new Response(answer.status === 204 ? null : bytes, { status: answer.status, headers: own })
  })
  console.log(JSON.stringify({ url: front.url, keys }))
  process.stdin.resume()
  await once(process.stdin, 'end')
  await front.close()
  await plain.close()
  await confirming.close()
  await database.stop()
  rmSync(folder, { recursive: true, force: true })
}

await backend()
