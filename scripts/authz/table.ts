import { actors, type Access, type Actor } from '../../protocol/access.ts'
import type { Endpoint } from '../../protocol/endpoint.ts'
import { kindOf, Problem } from '../../protocol/problems.ts'
import type { System } from '../lib/system.ts'
import type { Ask, Row } from './row.ts'
import { outcomeOfSocket } from './socket.ts'
import type { Person, Scene, World } from './world.ts'

/** One endpoint tried by one actor. */
export interface Cell {
  actor: Actor
  /** What protocol/endpoints promises, and what came: served, a kind of problem, or what nobody expects. */
  expected: string
  got: string
}

/** One endpoint, or one of its ends, tried by everyone. `cells` is empty where nothing says how to try it. */
export interface TriedEndpoint {
  name: string
  method: string
  path: string
  cells: Cell[]
}

/** Sends a real request for every endpoint and actor. */
export async function tried(
  world: World,
  endpoints: readonly Endpoint[],
  rows: Readonly<Record<string, Row>>,
): Promise<TriedEndpoint[]> {
  const table: TriedEndpoint[] = []
  for (const endpoint of endpoints) {
    const { id, method, path } = endpoint
    const row = rows[id]
    const ends = row ? [{ name: id, access: endpoint.access, ask: row.ask }, ...others(id, row)] : []
    if (!row) table.push({ name: id, method, path, cells: [] })
    for (const end of ends) {
      table.push({ name: end.name, method, path, cells: await cellsOf(world, endpoint, end, row!) })
    }
  }
  return table
}

function others(id: string, { also = {} }: Row): End[] {
  return Object.entries(also).map(([what, { access, ask }]) => ({ name: `${id}: ${what}`, access, ask }))
}

interface End {
  name: string
  access: Access
  ask: Row['ask']
}

async function cellsOf(
  world: World,
  endpoint: Endpoint,
  { access, ask }: End,
  { fresh, served }: Row,
): Promise<Cell[]> {
  const cells: Cell[] = []
  let scene = await world.scene()
  for (const actor of actors) {
    const got = await outcome(scene, endpoint, actor, await ask(scene, actor))
    cells.push({ actor, expected: access[actor], got: got === served ? 'served' : got })
    if (fresh) scene = await world.scene()
  }
  return cells
}

async function outcome(scene: Scene, endpoint: Endpoint, actor: Actor, ask: Ask): Promise<string> {
  const { system, cast } = scene
  const headers = { origin: system.pageUrl, ...credentialsOf(system, actor, ask, cast) }
  const url = new URL(`${system.pageUrl}/api/v1${pathOf(endpoint, ask)}`)
  for (const [name, value] of Object.entries(ask.query ?? {})) url.searchParams.set(name, String(value))
  if (101 in endpoint.answers) return await outcomeOfSocket(url, headers)
  const answer = await fetch(url, {
    method: endpoint.method,
    redirect: 'manual',
    headers: { ...headers, ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
  })
  const text = await answer.text()
  if (actor !== 'operator' && namesOthers(text, ask.as ?? credited(actor, cast))) return 'served an e-mail address'
  if (answer.status in endpoint.answers) return 'served'
  const problem = Problem.safeParse(tryJson(text))
  return problem.success ? kindOf(problem.data) : `${answer.status} ${text.slice(0, 80)}`
}

function credentialsOf(system: System, actor: Actor, ask: Ask, cast: Scene['cast']): Record<string, string> {
  switch (actor) {
    case 'anonymous':
      return {}
    case 'guest':
      return ask.cookie === undefined ? {} : { cookie: ask.cookie }
    case 'operator':
      return { authorization: `Bearer ${system.keys.serviceKey}` }
    case 'outsider':
    case 'banned':
    case 'member':
    case 'moderator':
    case 'admin':
    case 'owner':
      return { authorization: `Bearer ${(ask.as ?? cast[actor]).token}` }
  }
}

function credited(actor: Actor, cast: Scene['cast']): Person | null {
  return actor in cast ? cast[actor as keyof Scene['cast']] : null
}

/** Whether an answer holds an e-mail address that is not one's own. All people of a scene have theirs at one place. */
function namesOthers(text: string, me: Person | null): boolean {
  const addresses = text.match(/[\w.-]+@parley\.test/g) ?? []
  return addresses.some((address) => address !== me?.email)
}

function pathOf({ path }: Endpoint, { params = {} }: Ask): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What a run comes to: rows and columns tried, endpoints that nothing tries, cells that answer otherwise than promised. */
export function summary(table: readonly TriedEndpoint[]) {
  const cells = table.flatMap((row) => row.cells)
  return {
    endpoints: table.filter(({ name }) => !name.includes(':')).length,
    actors: actors.length,
    cells: cells.length,
    untested: table.filter((row) => row.cells.length === 0).length,
    failed: cells.filter(({ expected, got }) => expected !== got).length,
  }
}

/** The table for people: a line for each endpoint, a mark for each actor, and what differs spelled out below. */
export function picture(table: readonly TriedEndpoint[]): string {
  const width = Math.max(...table.map(({ name }) => name.length)) + 2
  const head = `${''.padEnd(width)}${actors.map((actor) => actor.padEnd(13)).join('')}`
  const lines = table.map(({ name, cells }) => {
    const marks = cells.map(({ expected, got }) => (got === expected ? short(got) : `!${short(got)}`).padEnd(13))
    return `${name.padEnd(width)}${cells.length === 0 ? 'untested' : marks.join('')}`.trimEnd()
  })
  const wrong = table.flatMap(({ name, method, path, cells }) =>
    cells
      .filter(({ expected, got }) => expected !== got)
      .map(
        ({ actor, expected, got }) => `${name} (${method} ${path}) as ${actor}: ${expected} was promised, ${got} came`,
      ),
  )
  return [head, ...lines, ...wrong].join('\n')
}

function short(outcome: string): string {
  return outcome === 'served' ? '✓' : outcome.slice(0, 11)
}
