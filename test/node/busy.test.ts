import { expect, test } from 'vitest'
import { merged, since, type Changed } from '../../durable-objects/room/changed.ts'
import { Sent } from '../../durable-objects/room/sent.ts'
import { beat, busy, still } from '../../durable-objects/room/tempo.ts'
import { limits } from '../../protocol/limits.ts'
import type { Message } from '../../protocol/message.ts'

const ada = '00000000-0000-7000-8000-00000000000a'

function message(seq: number, rev = seq): Message {
  const place = { seq, rev, id: ada, at: 0, by: ada }
  return { ...place, text: `${seq} of ${rev}`, replyTo: null, mentions: [], source: null, system: null }
}

function change(from: number, to: number, messages: Message[], facts: Partial<Changed> = {}): Changed {
  return { covers: [from, to], messages, ...facts }
}

test('[CRO1] changes that follow each other become one: the latest state of each message, by rev, and every fact', () => {
  const erasure = (seq: number) => ({ person: ada, mode: 'keep' as const, seq, at: seq })

  const one = merged([
    change(1, 2, [message(1), message(2)]),
    change(3, 3, [message(1, 3)]),
    change(4, 4, [], { expired: { rev: 4, at: 40 } }),
    change(5, 5, [], { erased: [erasure(5)] }),
    change(6, 7, [message(7)], { expired: { rev: 6, at: 60 }, erased: [erasure(7)] }),
  ])

  const whole = { expired: { rev: 6, at: 60 }, erased: [erasure(5), erasure(7)] }
  expect(one).toEqual(change(1, 7, [message(2), message(1, 3), message(7)], whole))
  expect(since(one, 2)).toEqual(change(3, 7, [message(1, 3), message(7)], whole))
  expect(since(one, 6)).toEqual(change(7, 7, [message(7)], { erased: [erasure(7)] }))
})

test('[CRO1] a room is busy after more than 20 events in a second, and for a second after that', () => {
  let tempo = still
  for (let i = 0; i < limits.busyPerSecond; i++) tempo = beat(tempo, 1_000)
  expect(busy(tempo, 1_000)).toBe(false)
  tempo = beat(tempo, 1_000)
  expect(busy(tempo, 1_000)).toBe(true)
  expect(busy(tempo, 1_100)).toBe(false)

  tempo = beat(tempo, 2_000, 100_000)
  expect(busy(tempo, 2_900)).toBe(true)
  expect(busy(tempo, 3_000)).toBe(false)
})

test('[LAG1] a socket lags when it is more than 256 frames or 1 MB behind its own report', () => {
  const sent = new Sent()
  const joined = sent.end()
  for (let seq = 1; seq <= limits.lagFrames; seq++) sent.add(seq * 10, 100)
  expect(sent.lags(joined)).toBe(false)
  sent.add(10_000, 100)
  expect(sent.lags(joined)).toBe(true)
  // It has applied the first frame, and a part of the second.
  expect(sent.lags(sent.at(15)!)).toBe(false)

  const reported = sent.at(10_000)!
  sent.add(10_001, limits.lagBytes)
  expect(sent.lags(reported)).toBe(false)
  sent.add(10_002, 1)
  expect(sent.lags(reported)).toBe(true)
  expect(sent.lags(sent.at(1_000_000)!)).toBe(false)
  // What it names was so long ago that it says nothing any more.
  expect(sent.at(5)).toBe(null)
})
