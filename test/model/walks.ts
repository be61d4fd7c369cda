import type { Faults } from './world/faults.ts'
import { walkTown, type TownWalked } from './town/town-walk.ts'
import { walk, type Walked, type WalkOptions } from './walk.ts'

/** Long enough for several epochs, short enough for a timeline that is drawn after every frame. */
const stepsPerWalk = 500

/** Long enough for memberships and devices to come and go, and to come to rest on the way eight times. */
const stepsPerTown = 200

/**
 * Walks one room after the other until so many steps are taken. PARLEY_MODEL_STEPS says how many, PARLEY_MODEL_SEED
 * where the seeds begin: a failure names its own. Faults are made anew for each walk.
 */
export async function walks(
  steps: number,
  firstSeed: number,
  { faults, ...options }: Omit<WalkOptions, 'seed' | 'steps' | 'faults'> & { faults?: () => Partial<Faults> } = {},
): Promise<Walked> {
  const total = { steps: 0, posted: 0, lives: 0 }
  for (const { seed, steps: taken } of seeds(steps, firstSeed, stepsPerWalk)) {
    const walked = await walk({ ...options, ...(faults && { faults: faults() }), seed, steps: taken })
    total.steps += walked.steps
    total.posted += walked.posted
    total.lives += walked.lives
  }
  return total
}

/** Walks one town after the other, likewise. */
export async function townWalks(steps: number, firstSeed: number): Promise<TownWalked> {
  const total: TownWalked = { steps: 0, posted: 0, compared: 0, mostUnread: 0 }
  for (const { seed, steps: taken } of seeds(steps, firstSeed, stepsPerTown)) {
    const walked = await walkTown({ seed, steps: taken })
    total.steps += walked.steps
    total.posted += walked.posted
    total.compared += walked.compared
    total.mostUnread = Math.max(total.mostUnread, walked.mostUnread)
  }
  return total
}

function* seeds(steps: number, firstSeed: number, stepsEach: number): Generator<{ seed: number; steps: number }> {
  let left = Number(process.env['PARLEY_MODEL_STEPS'] ?? steps)
  for (let seed = Number(process.env['PARLEY_MODEL_SEED'] ?? firstSeed); left > 0; seed++, left -= stepsEach) {
    yield { seed, steps: Math.min(stepsEach, left) }
  }
}
