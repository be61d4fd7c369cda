import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const lateWrite = resolve(import.meta.dirname, '../../scripts/lib/late-write.ts')

/** Runs a process in which this error is thrown where nobody can catch it. */
function thrownInAProcess(message: string, stack: string): { status: number | null; stdout: string } {
  const program = `
    const { surviveLateWrites } = await import(${JSON.stringify(lateWrite)})
    surviveLateWrites((line) => console.log(line))
    setImmediate(() => {
      const error = new TypeError(${JSON.stringify(message)})
      error.stack = ${JSON.stringify(stack)}
      throw error
    })
    setImmediate(() => setImmediate(() => console.log('goes on')))`
  const { status, stdout } = spawnSync('node', ['--input-type=module', '-e', program], { encoding: 'utf8' })
  return { status, stdout }
}

test('a query that postgres.js sends on a connection that just closed does not end the system', () => {
  const message = "Cannot read properties of null (reading 'write')"
  const stack = `TypeError: ${message}\n    at Immediate.nextWrite (file:///app/node_modules/postgres/src/connection.js:255:22)`

  const { status, stdout } = thrownInAProcess(message, stack)

  expect({ status, goesOn: stdout.includes('goes on') }).toEqual({ status: 0, goesOn: true })
})

test('any other error that nobody caught still ends it', () => {
  const message = "Cannot read properties of null (reading 'write')"

  const { status, stdout } = thrownInAProcess(message, `TypeError: ${message}\n    at file:///app/scripts/start.ts:1:1`)

  expect(status).not.toBe(0)
  expect(stdout).not.toContain('goes on')
})
