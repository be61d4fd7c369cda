import { Violation } from '../checks/watch.ts'
import type { Faults } from '../world/faults.ts'
import { smallTown } from './people.ts'
import { quiet } from './quiet.ts'
import { nextStep } from './steps.ts'
import { badgesAreSums, everyAnswerIsTheSame, unreadIsRight } from './unread.ts'

/** How long passes between two things that happen; short pauses are likeliest. */
const pausesMs = [0, 0, 0, 1, 2, 5, 10, 20, 40, 80, 200, 600, 1_000, 3_000, 15_000, 70_000] as const

/** How many of the last things that happened a failure tells. */
const toldSteps = 40

/** So often everything comes to rest on the way, and is looked at. */
const stepsUntilQuiet = 25

export interface TownWalk {
  seed: number
  steps: number
  faults?: Partial<Faults>
}

/** What one walk saw. */
export interface TownWalked {
  steps: number
  posted: number
  /** How often everything was quiet, and compared. */
  compared: number
  /** The most that was unread at once on a device. */
  mostUnread: number
}

/** Walks a small town at random from a seed, and compares whenever it comes to rest. Throws what did not hold, with the seed and the last steps. */
export async function walkTown({ seed, steps, faults = {} }: TownWalk): Promise<TownWalked> {
  const town = smallTown(seed, faults)
  const walked: TownWalked = { steps: 0, posted: 0, compared: 0, mostUnread: 0 }
  try {
    await town.time.turn(2_000)
    for (; walked.steps < steps; walked.steps++) {
      const [name, step] = nextStep(town)
      const what = await step.run(town)
      if (what !== null) town.trace.push(`${walked.steps} ${name}: ${what}`)
      await town.time.turn(town.random.pick(pausesMs))
      town.check()
      badgesAreSums(town)
      if (walked.steps % stepsUntilQuiet !== stepsUntilQuiet - 1) continue
      await quiet(town)
      town.trace.push('quiet')
      unreadIsRight(town)
      walked.compared++
      const unread = town.handsets.flatMap(({ inbox }) => inbox.rooms().map((line) => line.unread))
      walked.mostUnread = Math.max(walked.mostUnread, ...unread)
    }
    for (const handset of town.handsets) {
      for (const device of handset.open()) if (device.view()!.closed) handset.closeRoom(device.room)
      handset.openInbox()
    }
    await quiet(town)
    everyAnswerIsTheSame(town)
    // Whoever begins with nothing sees the same as whoever went on.
    for (const handset of town.handsets) {
      handset.closeInbox()
      handset.inbox.forget()
      handset.openInbox()
    }
    await quiet(town)
    everyAnswerIsTheSame(town)
    walked.posted = town.posts
    return walked
  } catch (error) {
    const what = error instanceof Violation ? error.message : String((error as Error).stack ?? error)
    const told = town.trace.slice(-toldSteps).join('\n')
    throw new Violation(`${what}\nseed ${seed}, after ${walked.steps} of ${steps} steps, the last of them:\n${told}`)
  } finally {
    town.close()
  }
}
