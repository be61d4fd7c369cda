import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../seed/random.ts'
import { databaseFaults, faults, type Stage } from './faults.ts'
import type { FaultKind } from './history.ts'
import { hitsOf, killsOf } from './kills.ts'
import { toldOf } from './log.ts'
import { until } from './system.ts'

/** Where faults are injected one after the other; `say` hears of each. */
export interface Lane extends Stage {
  say(line: string): void
  signal: AbortSignal
}

const mostMoreKills = 12

// Longer than any fault lasts: a run must end, whatever hangs.
const giveUpAfterMs = 240_000

/** One fault after the other until the deadline, each kind in turn, in an order by chance. */
export async function injectAll(kinds: readonly FaultKind[], lane: Lane, deadline: number): Promise<void> {
  const { random, signal } = lane
  while (!signal.aborted) {
    for (const kind of shuffled(kinds, random)) {
      if (Date.now() >= deadline || signal.aborted) return
      await inject(kind, lane)
      await sleep(random.below(1_000))
    }
  }
}

/** Nothing can be hooked between a commit and its ack: so kills go on until one was there by chance. */
export async function hitEveryWindow(lane: Lane): Promise<void> {
  const { history, devices, signal } = lane
  for (let more = 0; more < mostMoreKills && !signal.aborted; more++) {
    for (const device of devices) device.wake()
    await until(() => devices.every((device) => device.isQuiet())).catch(() => {})
    const told = toldOf(history.entries, () => {})
    if (Object.values(hitsOf(killsOf(history.entries, told))).every((hits) => hits > 0)) return
    await inject('workerd killed', lane)
  }
}

async function inject(kind: FaultKind, lane: Lane): Promise<void> {
  const { history, say, system } = lane
  const from = Date.now()
  let seen: string | null = null
  try {
    seen = await Promise.race([faults[kind](lane), givenUp(kind)])
  } catch (error) {
    say(`${kind}: ${(error as Error).message}`)
  }
  if (kind in databaseFaults) await system.heal().catch((error: Error) => say(`Healing: ${error.message}`))
  history.add({ t: 'fault', kind, from, until: Date.now(), seen })
  say(`${kind}: ${seen ?? 'nothing was seen of it'}`)
}

async function givenUp(kind: FaultKind): Promise<never> {
  await sleep(giveUpAfterMs, undefined, { ref: false })
  throw new Error(`${kind} did not end within ${giveUpAfterMs / 60_000} min`)
}

function shuffled<T>(items: readonly T[], chance: Random): T[] {
  return items
    .map((item) => ({ item, at: chance.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)
}
