import { atTheEnd } from './checks/at-the-end.ts'
import { onTheWay } from './checks/on-the-way.ts'
import { Violation } from './checks/watch.ts'
import type { Faults } from './world/faults.ts'
import { lastWord, settle } from './world/settle.ts'
import { nextStep } from './world/steps.ts'
import { World } from './world/world.ts'

/** How long passes between two things that happen; short pauses are likeliest. */
const pausesMs = [0, 0, 0, 1, 2, 5, 5, 10, 20, 40, 80, 200, 1_000, 3_000, 15_000, 70_000] as const

/** How many of the last things that happened a failure tells. */
const toldSteps = 40

export interface WalkOptions {
  seed: number
  steps: number
  /** Steps that this walk never takes. */
  without?: readonly string[]
  faults?: Partial<Faults>
}

/** What one walk saw. */
export interface Walked {
  steps: number
  posted: number
  /** How often the room was constructed. */
  lives: number
}

/**
 * Walks a room at random from a seed, heals everything, and compares all that is left. Throws what did not hold, with
 * the seed and the last steps.
 */
export async function walk({ seed, steps, without = [], faults = {} }: WalkOptions): Promise<Walked> {
  const world = new World(seed, faults)
  let taken = 0
  try {
    await world.time.turn(1_000)
    for (; taken < steps; taken++) {
      const [name, step] = nextStep(world, without)
      const what = await step.run(world)
      if (what !== null) world.trace.push(`${taken} ${name}: ${what}`)
      await world.time.turn(world.random.pick(pausesMs))
      onTheWay(world)
    }
    await settle(world)
    await lastWord(world)
    await atTheEnd(world)
    return { steps: taken, posted: world.watch.ids.size, lives: world.host.lives }
  } catch (error) {
    const what = error instanceof Violation ? error.message : String((error as Error).stack ?? error)
    const told = world.trace.slice(-toldSteps).join('\n')
    throw new Violation(`${what}\nseed ${seed}, after ${taken} of ${steps} steps, the last of them:\n${told}`)
  } finally {
    world.close()
  }
}
