import { test } from 'vitest'
import { crossings, deaths, tell } from './town/stories.ts'

test('[BMP7] [BMP6] wherever the room or the inbox dies between a bump, its answer and the next visit, the list is right once a device is there', async () => {
  for (const story of deaths()) await tell(story)
})

test('[BMP6] however a bump, its answer and the next visit cross each other, the list is right once a device is there', async () => {
  for (const story of crossings()) await tell(story)
})
