import { expect, test } from 'vitest'
import { crossings, looked, stories, tell } from './town/stories.ts'

test('[BMP7] [BMP6] wherever the room or the inbox dies between a bump, its answer and the next visit, the list is right once a device is there', async () => {
  let crashes = 0
  for (const deeds of stories) {
    for (const of of ['room', 'inbox'] as const) {
      for (let after = 0; after < looked; after += 1) {
        await tell({ deeds, apart: 7, crash: { of, after }, late: null })
        crashes++
      }
    }
  }
  expect(crashes).toBe(stories.length * 2 * looked)
})

test('[BMP6] however a bump, its answer and the next visit cross each other, the list is right once a device is there', async () => {
  for (const story of crossings()) await tell(story)
})
