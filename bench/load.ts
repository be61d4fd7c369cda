import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Line, parleyLine, socketIoLine } from './support/line.ts'
import type { Load, Measured } from './support/load.ts'

/**
 * Reads a Load from standard input, puts it on a server and prints what it measured. A process of its own, so that
 * nothing else waits in front of a clock. Posts go out at their times whether earlier ones were acknowledged or not.
 */
async function main({ peer, url, seats, everyMs, warmMs, measuredMs }: Load): Promise<Measured> {
  const lines: Line[] = []
  for (const { room, token } of seats) {
    lines.push(await (peer === 'parley' ? parleyLine(url, room, token) : socketIoLine(url, room)))
  }
  const took: number[] = []
  const posts: Promise<void>[] = []
  const begin = performance.now()
  const due = lines.map((_, i) => begin + (everyMs * i) / lines.length)
  let ended = begin
  for (let now = begin; now < begin + warmMs + measuredMs; now = performance.now()) {
    for (const [i, line] of lines.entries()) {
      if (due[i]! > now) continue
      const measured = due[i]! >= begin + warmMs
      due[i]! += everyMs
      const sent = performance.now()
      posts.push(
        line.post(`The ferry leaves at ten past seven, from platform ${i}.`).then(() => {
          ended = performance.now()
          if (measured) took.push(ended - sent)
        }),
      )
    }
    await sleep(1)
  }
  await Promise.all(posts)
  for (const line of lines) line.close()
  const ranked = took.toSorted((a, b) => a - b)
  const rank = (share: number) => ranked[Math.ceil(share * ranked.length) - 1] ?? 0
  const perSecond = took.length / ((ended - begin - warmMs) / 1_000)
  return { acked: took.length, perSecond, p50: rank(0.5), p99: rank(0.99) }
}

console.log(JSON.stringify(await main((await json(process.stdin)) as Load)))
process.exit()
