import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../scripts/lib/ports.ts'
import { type System, startSystem } from '../../scripts/lib/system.ts'

// 4 min: twice what the longest measurement takes on two cores.
const usuallyMs = 240_000

/** Measure on a whole Parley of its own, as npm start runs it but without the page; it is gone afterwards. */
export async function withSystem(
  measure: (system: System, dataDir: string) => Promise<void>,
  { under = tmpdir(), giveUpAfterMs = usuallyMs } = {},
): Promise<void> {
  const watchdog = setTimeout(() => {
    console.error(`The measurement was given up after ${giveUpAfterMs / 60_000} min.`)
    process.exit(1)
  }, giveUpAfterMs)
  const dataDir = mkdtempSync(join(under, 'parley-bench-'))
  try {
    const [pagePort, supabasePort, postgresPort] = [await freePort(), await freePort(), await freePort()]
    const system = await startSystem({ dataDir, pagePort, supabasePort, postgresPort, page: 'none' })
    try {
      await measure(system, dataDir)
    } finally {
      await system.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
    clearTimeout(watchdog)
    process.channel?.unref()
  }
}
