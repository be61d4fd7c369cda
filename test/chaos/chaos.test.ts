import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

test('[ACK1] [DUP1] [OUT2] [FLU1] [FLU2] half a minute of real faults loses, doubles and reorders nothing, and a doctored history of it fails', async () => {
  const run = await chaos('--seed', '7', '--minutes', '0.4', '--json')
  const { sent, acked, refused, stored, faults, ...rest } = JSON.parse(run.said) as Record<string, number> & {
    faults: Record<string, number>
  }
  expect({ ...rest, code: run.code }, run.told).toMatchObject({
    ...{ lost: 0, doubled: 0, outOfOrder: 0, breaches: [], code: 0 },
  })
  expect(sent).toBe(acked! + refused!)
  expect(stored).toBe(acked)
  expect(faults['workerd killed']).toBeGreaterThan(0)
  expect(Object.keys(faults).length).toBeGreaterThan(5)

  const folder = mkdtempSync(join(tmpdir(), 'parley-doctored-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const lines = readFileSync(join(root, 'dist/chaos/seed-7.jsonl'), 'utf8').split('\n')
  const first = lines.findIndex((line) => line.startsWith('{"t":"kept"'))
  const kept = JSON.parse(lines[first]!) as { commands: unknown[]; messages: unknown[] }
  kept.commands.splice(-1)
  lines[first] = JSON.stringify(kept)
  writeFileSync(join(folder, 'doctored.jsonl'), lines.join('\n'))
  const judged = await chaos('--check', join(folder, 'doctored.jsonl'))
  expect(judged.code).toBe(1)
  expect(judged.said).toMatch(/✗ parked: .+ is in the room, and Postgres \(at \d+\) passed over it/)
})

async function chaos(...args: string[]): Promise<{ code: number; said: string; told: string }> {
  const program = spawn('npm', ['run', '--silent', 'chaos', '--', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(program, 'close')
  const [said, told] = await Promise.all([text(program.stdout), text(program.stderr)])
  const [code] = (await ended) as [number]
  return { code, said, told }
}
