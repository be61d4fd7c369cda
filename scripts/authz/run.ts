import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { Endpoint } from '../../protocol/endpoint.ts'
import { freePort } from '../lib/ports.ts'
import { startSystem } from '../lib/system.ts'
import { startBucket } from './bucket.ts'
import type { Rows } from './row.ts'
import { rows } from './rows.ts'
import { tried, type TriedEndpoint } from './table.ts'
import { World } from './world.ts'

/** Tries every endpoint as every actor, against a whole Parley in a folder of its own, which goes afterwards. */
export async function tryEverything(endpoints: readonly Endpoint[], known: Rows = rows): Promise<TriedEndpoint[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-authz-'))
  try {
    const [pagePort, supabasePort, postgresPort] = [await freePort(), await freePort(), await freePort()]
    const ports = { pagePort, supabasePort, postgresPort }
    const bucket = await startBucket()
    const recordings = bucket.settings
    const system = await startSystem({ dataDir, ...ports, recordings, page: 'none', durable: false })
    const sql = postgres(system.postgresUrl, { max: 2, onnotice: () => {} })
    try {
      return await tried(await World.open(system, sql), endpoints, known)
    } finally {
      await sql.end()
      await system.stop()
      bucket.close()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
