import { expect, test } from 'vitest'
import { newer, standsAgainst } from '../../durable-objects/inbox/core/newer.ts'

test('[INB5] of two words of a room the higher epoch counts, and within it the higher n', () => {
  const kept = { epoch: 4, n: 7 }
  expect(newer({ epoch: 4, n: 8 }, kept)).toBe(true)
  expect(newer({ epoch: 5, n: 1 }, kept)).toBe(true)
  expect(newer({ epoch: 4, n: 7 }, kept)).toBe(false)
  expect(newer({ epoch: 3, n: 9 }, kept)).toBe(false)
  expect(newer({ epoch: 1, n: 1 }, null)).toBe(true)
})

test('[INB6] what a room said stands where Postgres is behind it, and at the same head unless it fell silent', () => {
  const told = (epoch: number, head: number, silent = false) => ({ epoch, head, silent })
  const sql = { epoch: 4, head: 10 }
  expect(standsAgainst(told(4, 11), sql)).toBe(true)
  expect(standsAgainst(told(4, 11, true), sql)).toBe(true)
  expect(standsAgainst(told(4, 10), sql)).toBe(true)
  expect(standsAgainst(told(4, 10, true), sql)).toBe(false)
  expect(standsAgainst(told(4, 9), sql)).toBe(false)
  expect(standsAgainst(told(5, 1, true), sql)).toBe(true)
  expect(standsAgainst(told(3, 99), sql)).toBe(false)
})
