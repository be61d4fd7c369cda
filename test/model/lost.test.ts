import { expect, test } from 'vitest'
import { walks } from './walks.ts'

test('[EPO1] [EPO2] [EPO3] [EPO4] [RES2] [HIS1] [WAK1] whatever a lost disk or a restored Postgres takes away: no place is given twice, and everyone agrees on the rest', async () => {
  const walked = await walks(80_000, 100_001)
  expect(walked.lives).toBeGreaterThan(walked.steps / 100)
})
