import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { tooMuch, weighBuild } from '../../scripts/check/first-view.ts'

test('the page that is served stays within its budgets', () => {
  const weights = weighBuild(join(inject('parley').dataDir, 'page'))

  expect(weights.map(({ what }) => what)).toEqual(['js', 'room', 'css', 'html', 'prejoin', 'meeting'])
  expect(tooMuch(weights)).toEqual([])
})
