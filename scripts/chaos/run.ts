import { setTimeout as sleep } from 'node:timers/promises'
import { random, type Random } from '../seed/random.ts'
import { Device } from './device.ts'
import { databaseFaults, faults, lanes, type Stage } from './faults.ts'
import type { FaultKind, History } from './history.ts'
import { hitsOf, killsOf } from './kills.ts'
import { toldOf } from './log.ts'
import { roomOf, signUp } from './people.ts'
import { keptOf } from './rows.ts'
import { startSystem, type System, until } from './system.ts'
import { startTalk, type Talk } from './talk.ts'

/** How a run is told. */
export interface RunOptions {
  seed: number
  minutes: number
  history: History
  /** Something happened: for the lines of the run. */
  say(line: string): void
  signal: AbortSignal
}

const names = ['Ada', 'Grace', 'Linus', 'Margaret', 'Edsger', 'Barbara'] as const
const rooms = ['Engines', 'Compilers'] as const

const mostMoreKills = 10

// A system that does not come to rest within this has not healed.
const restWithinMs = 180_000

/** Starts a system, lets people talk in it while it is broken from a seed, heals it, and writes down what is left. */
export async function run(options: RunOptions): Promise<void> {
  const { seed, minutes, history, say, signal } = options
  const chance = (what: string) => random(`chaos ${seed} ${what}`)
  say('Starting a system of its own.')
  const system = await startSystem(chance('network'))
  try {
    const { url } = system.network
    const accounts = await Promise.all(names.map((name) => signUp(url, name)))
    const devices: Device[] = []
    for (const name of [...rooms, 'Hall']) {
      const room = await roomOf(url, name, accounts)
      history.add({ t: 'room', room, people: accounts.map(({ person }) => person) })
      for (const account of name === 'Hall' ? accounts.slice(0, 1) : accounts) {
        const client = `${account.name} in ${name}`
        devices.push(new Device({ account, room, client, url, history, random: chance(client) }))
      }
    }
    const speaker = devices.pop()!
    const all = [...devices, speaker]
    await until(() => all.every((device) => device.isQuiet()))
    const stage = { system, history, talk: startTalk(chance('talk')), devices }
    const hall = { room: speaker.room, accounts, sockets: minutes < 1 ? [] : [1_000] }
    const [outageMs, stopMs] = [minutes < 1 ? 2_500 : 5_000, Math.min(150_000, 3_000 + minutes * 6_000)]
    const deadline = Date.now() + minutes * 60_000
    say(`${all.length} devices of ${accounts.length} people in ${rooms.length + 1} rooms. Faults for ${minutes} min.`)
    const staged = (lane: string) => ({ ...stage, hall, outageMs, stopMs, random: chance(lane) })
    await Promise.all([
      talking(stage.talk, all, chance('pauses'), deadline, signal),
      ...lanes.map((kinds, lane) => injectAll(staged(`lane ${lane}`), kinds, deadline, options)),
    ])
    await hitEveryWindow(staged('windows'), options)
    await settle(system, stage.talk, all, options)
    for (const device of all) device.record(false)
    await readAfresh(all, options, url, chance('fresh'))
    for (const room of new Set(all.map(({ room }) => room))) history.add(await keptOf(system.database.url, room))
    for (const device of all) device.close()
  } finally {
    await system.stop()
  }
}

/** One fault after the other, each of a lane in turn, in an order by chance. */
async function injectAll(
  stage: Stage,
  kinds: readonly FaultKind[],
  deadline: number,
  options: RunOptions,
): Promise<void> {
  const { signal } = options
  while (!signal.aborted) {
    for (const kind of shuffled(kinds, stage.random)) {
      if (Date.now() >= deadline || signal.aborted) return
      await inject(kind, stage, options)
      await sleep(stage.random.below(1_000))
    }
  }
}

async function inject(kind: FaultKind, stage: Stage, { history, say }: RunOptions): Promise<void> {
  const from = Date.now()
  let seen: string | null = null
  try {
    seen = await faults[kind](stage)
  } catch (error) {
    say(`${kind}: ${(error as Error).message}`)
  }
  if (kind in databaseFaults) await stage.system.heal().catch((error: Error) => say(`Healing: ${error.message}`))
  history.add({ t: 'fault', kind, from, until: Date.now(), seen })
  say(`${kind}: ${seen ?? 'nothing was seen of it'}`)
}

/** Nothing can be hooked between a commit and its ack: so it goes on until a kill was there by chance. */
async function hitEveryWindow(stage: Stage, options: RunOptions): Promise<void> {
  const { history, signal } = options
  for (let more = 0; more < mostMoreKills && !signal.aborted; more++) {
    await until(() => stage.devices.every((device) => device.isQuiet())).catch(() => {})
    const hits = hitsOf(
      killsOf(
        history.entries,
        toldOf(history.entries, () => {}),
      ),
    )
    if (Object.values(hits).every((count) => count > 0)) return
    await inject('workerd killed', stage, options)
  }
}

function shuffled<T>(items: readonly T[], chance: Random): T[] {
  return items
    .map((item) => ({ item, at: chance.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)
}

async function talking(
  talk: Talk,
  devices: readonly Device[],
  chance: Random,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  while (Date.now() < deadline && !signal.aborted) {
    talk.act(chance.pick(devices))
    await sleep(20 + chance.below(160))
  }
}

/** All is well again; everyone says one more thing, and everything that is owed is done. */
async function settle(system: System, talk: Talk, devices: readonly Device[], { say }: RunOptions): Promise<void> {
  say('Everything is well again; waiting until nothing is owed.')
  await system.heal()
  for (const device of devices) talk.burst(device, 1)
  await until(() => devices.every((device) => device.isQuiet()), restWithinMs).catch(() =>
    say('Some devices are not quiet.'),
  )
  for (const room of new Set(devices.map(({ room }) => room))) {
    const there = devices.filter((device) => device.room === room)
    const head = () => Math.max(...there.map(({ view }) => view.head))
    await until(async () => (await keptOf(system.database.url, room)).lastSeq >= head(), restWithinMs).catch(() =>
      say('Postgres does not have everything.'),
    )
    await until(() => there.every(({ view }) => view.rows.at(-1)?.state === 'confirmed'), restWithinMs).catch(() => {})
  }
}

/** Somebody who has nothing yet reads every room from its beginning. */
async function readAfresh(
  devices: readonly Device[],
  { history }: RunOptions,
  url: string,
  chance: Random,
): Promise<void> {
  for (const { room, account } of new Map(devices.map((device) => [device.room, device])).values()) {
    const client = `a fresh device of ${account.name}`
    const device = new Device({ account, room, client, url, history, random: chance })
    await until(() => device.view.connection.state === 'live')
    await until(async () => {
      const { older, rows } = device.view
      const gap = rows.find((row) => row.state === 'gap')
      if (gap) await device.opened.loadGap(gap.after, gap.before).catch(() => {})
      else if (older !== 'none') await device.opened.loadOlder().catch(() => {})
      return !gap && older === 'none'
    })
    device.record(true)
    device.close()
  }
}
