import { expect, test } from 'vitest'
import { townWalks } from './walks.ts'

test('[UNR2] [UNR3] [BMP6] [BMP7] [NOT2] [INB21] [AC-10] [AC-17] [AC-18] [AC-19] whatever happens in any order, on every device unread is what the log and the read mark say, the badge is the sum, and who resumes sees what one sees who begins with nothing', async () => {
  const walked = await townWalks(12_000, 1)
  expect(walked.compared).toBeGreaterThan(walked.steps / 50)
  expect(walked.mostUnread).toBeGreaterThan(10)
})
