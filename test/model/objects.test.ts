import { afterEach, beforeEach, expect, test } from 'vitest'
import { installGlobals } from './platform/globals.ts'
import { Namespace } from './platform/namespace.ts'
import type { Living } from './platform/object-host.ts'
import { seeded } from './platform/random.ts'
import { virtualTime, type VirtualTime } from './platform/virtual-time.ts'

/** What the fake platform promises of objects that call each other. */

interface Env {
  TALLY: { getByName(name: string): Pick<Tally, 'add'> }
}

/** Counts for others, and asks its peers to. */
class Tally implements Living {
  private readonly ctx: DurableObjectState
  private readonly env: Env

  constructor(ctx: DurableObjectState, env: Env) {
    this.ctx = ctx
    this.env = env
    ctx.storage.sql.exec('create table if not exists tally (what text)')
  }

  fetch = () => Promise.reject(new Error('Nobody connects.'))
  alarm = () => Promise.resolve()
  webSocketMessage = () => {}
  webSocketClose = () => {}

  /** Answers what it keeps. */
  async add(what: { list: string[] }): Promise<{ list: string[] }> {
    for (const one of what.list) this.ctx.storage.sql.exec('insert into tally values (?)', one)
    what.list.push('added')
    return { list: this.kept() }
  }

  /** Writes, and has a peer write the same; then a timer runs in this object. */
  async pass(peer: string, one: string): Promise<{ answer: string[]; given: string[] }> {
    this.ctx.storage.sql.exec('insert into tally values (?)', `passed ${one}`)
    const given = { list: [one] }
    const { list } = await this.env.TALLY.getByName(peer).add(given)
    await new Promise<void>((resolve) => setTimeout(() => resolve(), 10))
    this.ctx.storage.sql.exec('insert into tally values (?)', `through ${one}`)
    return { answer: list, given: given.list }
  }

  private kept(): string[] {
    return this.ctx.storage.sql
      .exec<{ what: string }>('select what from tally')
      .toArray()
      .map(({ what }) => what)
  }
}

let time: VirtualTime
let tallies: Namespace<Tally>
let losesMs: () => number | null
const defects: unknown[] = []
let uninstall: () => void

beforeEach(() => {
  time = virtualTime()
  losesMs = () => null
  const random = seeded(1)
  tallies = new Namespace<Tally>(time, { latencyMs: () => 5, losesMs: () => losesMs() }, (name) => ({
    ...{ name, time, random, gated: true },
    make: (ctx, host) => new Tally(ctx, { TALLY: tallies.boundTo(host) }),
    subrequest: () => Promise.reject(new Error('There is nothing outside.')),
    defect: (error) => void defects.push(error),
    committed: () => {},
  }))
  uninstall = installGlobals(time, random.next, () => {})
})
afterEach(() => uninstall())

test('an object calls another one, and each keeps what it wrote and its own copy of what was said', async () => {
  const passing = pass('x')
  await time.turn(5_000)
  expect(await passing).toEqual({ answer: ['x'], given: ['x'] })
  expect([kept('ada'), kept('grace')]).toEqual([['passed x', 'through x'], ['x']])
  expect([tallies.host('ada').lives, tallies.host('grace').lives]).toEqual([1, 1])
  expect(Object.fromEntries(tallies.host('grace').calledFor)).toEqual({ add: 1 })
  expect(defects).toEqual([])
})

test('a call does not leave before what its caller wrote is durable', async () => {
  const passing = pass('x')
  expect(tallies.host('ada').storage.dirty).toBe(true)
  tallies.host('ada').kill()
  await expect(passing).rejects.toThrow('died')
  await time.turn(5_000)
  expect([kept('ada'), tallies.host('grace').lives]).toEqual([[], 0])
})

test('a caller hears of the death of the object that it calls, and of a call that is lost', async () => {
  const passing = pass('x')
  const dies = expect(passing).rejects.toThrow('died')
  while (tallies.host('grace').lives === 0) await time.turn(1)
  tallies.host('grace').kill()
  await time.turn(5_000)
  await dies
  losesMs = () => 300
  const lost = expect(pass('y')).rejects.toThrow('lost')
  await time.turn(5_000)
  await lost
  expect([kept('ada'), kept('grace')]).toEqual([['passed x', 'passed y'], []])
  defects.length = 0
})

test('what was carried out may look to its caller as if it was not', async () => {
  let travels = 0
  losesMs = () => (++travels === 2 ? 300 : null)
  const lost = expect(pass('x')).rejects.toThrow('lost')
  await time.turn(5_000)
  await lost
  expect([kept('ada'), kept('grace')]).toEqual([['passed x'], ['x']])
  defects.length = 0
})

test('what a dead object had asked for changes nothing in its next life, and constructions are counted', async () => {
  const passing = expect(pass('x')).rejects.toThrow('died')
  while (tallies.host('grace').lives === 0) await time.turn(1)
  tallies.host('ada').kill()
  await time.turn(5_000)
  await passing
  expect(kept('ada')).toEqual(['passed x'])
  await Promise.all([pass('y'), time.turn(5_000)])
  expect(kept('ada')).toEqual(['passed x', 'passed y', 'through y'])
  expect(tallies.host('ada').lives).toBe(2)
})

function pass(one: string) {
  return tallies.host('ada').call('pass', (ada) => ada.pass('grace', one))
}

function kept(name: string): string[] {
  const { storage } = tallies.host(name)
  if (storage.read("select 1 from sqlite_schema where name = 'tally'").length === 0) return []
  return storage.read<{ what: string }>('select what from tally').map(({ what }) => what)
}
