import { expect, test } from 'vitest'
import { walks } from './walks.ts'

const theDiskIsSafe = { without: ['wipe', 'restore'] }

test('[ACK1] [SEQ1] [DUP1] [SNAP1] [RES1] [RES3] [OUT1] [OUT2] [FLU1] [FLU2] [FLU3] [RES4] [AC-01] [AC-02] [AC-03] [AC-06] [AC-12] [AC-13] [AC-34] whoever dies or is cut off at whatever instant: what was acknowledged is kept once, in order, by everyone', async () => {
  const walked = await walks(80_000, 1, theDiskIsSafe)
  expect(walked.posted).toBeGreaterThan(walked.steps / 10)
})

test('[RES5] [AC-07] a frame that is lost on an open socket is missed and asked for', async () => {
  // Every 53rd: often enough to meet every kind of frame, seldom enough to come to rest.
  const lossy = () => {
    let frames = 0
    return { down: (text: string) => (++frames % 53 === 0 ? null : text) }
  }
  await walks(10_000, 50_001, { ...theDiskIsSafe, faults: lossy })
})
