import { expect, test } from 'vitest'
import { MessageText } from '../../protocol/text.ts'
import { conversation } from '../../scripts/demo/conversation.ts'
import { directTalk } from '../../scripts/demo/direct-talk.ts'
import { launchWeek } from '../../scripts/demo/launch-week.ts'

const noon = Date.UTC(2026, 10, 23, 12)

test('a script becomes lines with people, times and text', () => {
  const script = '\n# 2 09:00\nG Ready on {1}? ⏎ Really?\n\n# 0 10:00\nA Yes.\n'

  expect(conversation(script, noon)).toEqual([
    { who: 'G', at: Date.UTC(2026, 10, 21, 9, 0, 46, 320), text: 'Ready on Sunday?\nReally?' },
    { who: 'A', at: Date.UTC(2026, 10, 23, 10, 0, 51, 720), text: 'Yes.' },
  ])
})

test.each([
  ['the launch week', launchWeek, 'AGL'],
  ['the direct talk', directTalk, 'AG'],
])('%s goes forward in time, ends in the past, and holds messages that a room takes', (_, script, people) => {
  const lines = conversation(script, noon)
  const times = lines.map(({ at }) => at)

  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(times.at(-1)).toBeLessThan(noon)
  expect([...new Set(lines.map(({ who }) => who))].toSorted().join('')).toBe(people)
  for (const { text } of lines) expect(MessageText.parse(text)).not.toMatch(/[{}⏎]/)
})
