import type { Faults } from './world/faults.ts'
import { walk, type Walked, type WalkOptions } from './walk.ts'

/** Long enough for several epochs, short enough for a timeline that is drawn after every frame. */
const stepsPerWalk = 500

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
  const wanted = Number(process.env['PARLEY_MODEL_STEPS'] ?? steps)
  for (let seed = Number(process.env['PARLEY_MODEL_SEED'] ?? firstSeed); total.steps < wanted; seed++) {
    const walked = await walk({
      ...options,
      ...(faults && { faults: faults() }),
      seed,
      steps: Math.min(stepsPerWalk, wanted - total.steps),
    })
    total.steps += walked.steps
    total.posted += walked.posted
    total.lives += walked.lives
  }
  return total
}
