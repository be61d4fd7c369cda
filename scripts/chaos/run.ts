import { setTimeout as sleep } from 'node:timers/promises'
import { random, type Random } from '../seed/random.ts'
import { Device } from './device.ts'
import { lanes } from './faults.ts'
import type { History } from './history.ts'
import { hitEveryWindow, injectAll, type Lane } from './inject.ts'
import { roomOf, signUp } from './people.ts'
import { readAfresh, settle } from './settle.ts'
import { startSystem, type System, until } from './system.ts'
import { startTalk, type Talk } from './talk.ts'

/** What a run is told: `say` hears what happens, `signal` ends it early. */
export interface RunOptions {
  seed: number
  minutes: number
  history: History
  say(line: string): void
  signal: AbortSignal
}

const names = ['Ada', 'Grace', 'Linus', 'Margaret', 'Edsger', 'Barbara'] as const
const rooms = ['Engines', 'Compilers'] as const

const progressEveryMs = 10_000

/**
 * Starts a system, lets people talk in it while it is broken from a seed, heals it, and writes down what is left. Told to
 * stop, it stops everything at once.
 */
export async function run(options: RunOptions): Promise<void> {
  const { seed, say, signal } = options
  say('Starting a system of its own.')
  const system = await startSystem(random(`chaos ${seed} network`))
  try {
    if (signal.aborted) return
    const aborted = new Promise<void>((stop) => signal.addEventListener('abort', () => stop()))
    await Promise.race([act(system, options), aborted])
  } finally {
    await system.stop()
  }
}

async function act(system: System, { seed, minutes, history, say, signal }: RunOptions): Promise<void> {
  const { url } = system.network
  const chance = (what: string) => random(`chaos ${seed} ${what}`)
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
  await until(() => devices.every((device) => device.isQuiet()))
  const talk = startTalk(chance('talk'))
  const hall = { room: devices.at(-1)!.room, accounts, sockets: minutes < 1 ? [] : [1_000] }
  const deadline = Date.now() + minutes * 60_000
  const lane = (name: string): Lane => ({
    ...{ system, history, talk, devices: devices.slice(0, -1), hall, random: chance(name), say, signal },
    ...{ outageMs: minutes < 1 ? 2_500 : 5_000, stopMs: minutes < 10 ? 3_000 + minutes * 6_000 : 120_000 },
  })
  say(`${devices.length} devices of ${accounts.length} people in ${rooms.length + 1} rooms.`)
  const progress = setInterval(() => say(counted(history)), progressEveryMs)
  await Promise.all([
    talking(talk, devices, chance('pauses'), deadline, signal),
    ...lanes.map((kinds, index) => injectAll(kinds, lane(`lane ${index}`), deadline)),
  ]).finally(() => clearInterval(progress))
  await hitEveryWindow(lane('windows'))
  say('Everything is well again; waiting until nothing is owed.')
  await settle(system, talk, devices, say)
  for (const device of devices) device.record(false)
  await readAfresh(system, devices, history, chance('fresh'))
  for (const device of devices) device.close()
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

function counted({ entries }: History): string {
  const [sent, acks] = ['sent', 'ack'].map((t) => entries.filter((entry) => entry.t === t).length)
  return `${sent} sent, ${acks} acks heard`
}
