import { expect, test } from 'vitest'
import { inTurn } from '../../scripts/lib/in-turn.ts'

test('[ACC8] Auth is asked for one token after the other by those who hold the same, and by others meanwhile', async () => {
  const begun: string[] = []
  const waiting: (() => void)[] = []
  const ask = inTurn(async (request) => {
    begun.push(await request.text())
    await new Promise<void>((resolve) => waiting.push(resolve))
    if (begun.length === 2) throw new Error('the database is away')
    return new Response(String(begun.length))
  })
  const refresh = (token: string) => ask(new Request('http://auth.test', { method: 'POST', body: token }))
  const [first, second, other] = [refresh('ada'), refresh('ada'), refresh('grace')]
  await expect.poll(() => waiting.length).toBe(2)

  expect(begun).toEqual(['ada', 'grace'])

  waiting.shift()!()
  await expect(first).rejects.toThrow('the database is away')
  await expect.poll(() => waiting.length).toBe(2)
  expect(begun).toEqual(['ada', 'grace', 'ada'])
  for (const each of waiting) each()
  expect(await (await second).text()).toBe('3')
  expect(await (await other).text()).toBe('3')
})
