import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const postgresJs = resolve(import.meta.dirname, '../../scripts/lib/postgres-js.ts')

/** Runs a process in which this error is thrown where nobody can catch it. */
function thrownInAProcess(message: string, stack: string): { status: number | null; stdout: string } {
  const program = `
    const { survivePostgresJs } = await import(${JSON.stringify(postgresJs)})
    survivePostgresJs((line) => console.log(line))
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

test('a Postgres that breaks off a new connection while postgres.js asks it for its types does not end the system', () => {
  const program = `
    import { createServer } from 'node:net'
    import postgres from 'postgres'
    const { survivePostgresJs } = await import(${JSON.stringify(postgresJs)})
    survivePostgresJs((line) => {
      console.log(line)
      process.exit()
    })
    // It says that whoever comes may come in and that it is ready, and breaks off at the first query.
    const ready = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49])
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        socket.write(ready)
        socket.once('data', () => socket.resetAndDestroy())
      })
    }).listen(0, '127.0.0.1', () => {
      void postgres('postgres://ada:engine@127.0.0.1:' + server.address().port + '/loom', { max: 1 }).reserve()
    })`
  const { status, stdout } = spawnSync('node', ['--input-type=module', '-e', program], {
    cwd: resolve(import.meta.dirname, '../..'),
    encoding: 'utf8',
  })
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: 'a connection broke before it knew the types of the database\n',
  })
})
