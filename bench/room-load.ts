import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '../protocol/limits.ts'
import { protocolVersion } from '../protocol/version.ts'
import { freshId } from './support/people.ts'
import type { Crowd, Said, Seen } from './room/crowd.ts'
import { openWire, type Wire } from './room/wire.ts'
import { timesOf } from './support/times.ts'

/** A moment is 0 until it has come. */
type Post = { sentAt: number; measured: boolean; ackedAt: number; heard: Heard }
type Heard = { by: number; halfAt: number; lastAt: number }

/**
 * Reads a Crowd from standard input, fills the room and posts at fixed times whether earlier posts were acknowledged or
 * not. A process of its own, so that nothing else waits in front of its clock. Its sockets report what they have
 * applied as Parley's own client does.
 */
async function main(crowd: Crowd): Promise<Seen> {
  const { peer, url, seats, posters, postsPerSecond, silentMs, warmMs, measuredMs } = crowd
  const posts = new Map<string, Post>()
  // A message may be heard before its author knows its seq.
  const bySeq = new Map<number, Heard>()
  const acks: [number, number][] = []
  const seen = { frames: 0, deliveries: 0, refused: 0, live: 0, closed: 0 }
  let measuring = false
  const half = Math.ceil(seats.length / 2)

  const delivered = (heard: Heard) => {
    heard.by += 1
    if (heard.by === half) heard.halfAt = performance.now()
    if (heard.by === seats.length) heard.lastAt = performance.now()
  }

  const heardOf = (seq: number): Heard => {
    const heard = bySeq.get(seq) ?? unheard()
    bySeq.set(seq, heard)
    return heard
  }

  function parleySeat(index: number): (frame: Buffer) => void {
    const applied = { live: false, seq: 0, frames: 0, bytes: 0, reported: 0, at: 0 }
    const report = () => {
      if (applied.seq === applied.reported) return
      Object.assign(applied, { frames: 0, bytes: 0, reported: applied.seq, at: performance.now() })
      wires[index]?.send(JSON.stringify({ t: 'mark', delivered: applied.seq, read: 0 }))
    }
    // Not all in the same millisecond.
    setTimeout(() => setInterval(report, limits.reportEveryMs), Math.random() * limits.reportEveryMs)
    return (frame) => {
      const head = frame.toString('latin1', 0, 60)
      const covers = /^\{"t":"changes","covers":\[(\d+),(\d+)\]/.exec(head)
      if (covers) {
        const [from, to] = [Number(covers[1]), Number(covers[2])]
        if (!applied.live) {
          applied.live = true
          seen.live += 1
        } else {
          if (measuring) {
            seen.frames += 1
            seen.deliveries += to - from + 1
          }
          for (let seq = from; seq <= to; seq++) delivered(heardOf(seq))
        }
        applied.seq = to
        applied.frames += 1
        applied.bytes += frame.length
        if (applied.frames >= limits.reportFrames || applied.bytes >= limits.reportBytes) report()
      } else if (head.startsWith('{"t":"ack"')) {
        const { id, seq } = JSON.parse(frame.toString()) as { id: string; seq: number }
        const post = posts.get(id)
        if (!post) return
        post.ackedAt = performance.now()
        post.heard = heardOf(seq)
        // One in ten tells enough.
        if (post.measured && seq % 10 === 0) acks.push([seq, Date.now()])
      } else if (head.startsWith('{"t":"refused"')) seen.refused += 1
    }
  }

  function bareSeat(): (frame: Buffer) => void {
    return (frame) => {
      if (measuring) {
        seen.frames += 1
        seen.deliveries += 1
      }
      const post = posts.get(frame.toString('latin1', 7, 43))
      if (post) delivered(post.heard)
    }
  }

  const wires: Wire[] = []
  const began = performance.now()
  for (const [index, token] of seats.entries()) {
    const hear = peer === 'parley' ? parleySeat(index) : bareSeat()
    const wire = await openWire(url, { authorization: `Bearer ${token}` }, hear)
    void wire.closed.then(() => (seen.closed += 1))
    wires.push(wire)
    if (peer === 'parley') {
      wire.send(JSON.stringify({ t: 'hello', v: protocolVersion, epoch: null, since: 0, from: 0 }))
    }
  }
  if (peer === 'parley') while (seen.live < seats.length) await sleep(5)
  const connectMs = performance.now() - began
  say({ t: 'there' })
  await sleep(silentMs)

  const start = performance.now()
  const end = start + warmMs + measuredMs
  let due = start
  for (let now = start, n = 0; now < end; now = performance.now()) {
    if (now >= start + warmMs) measuring = true
    while (due <= now) {
      const id = freshId()
      posts.set(id, { sentAt: performance.now(), measured: due >= start + warmMs, ackedAt: 0, heard: unheard() })
      const text = `The ferry leaves at ten past seven, from platform ${n}.`
      wires[n++ % posters]!.send(JSON.stringify(peer === 'parley' ? { t: 'post', id, text } : { id, text }))
      due += 1_000 / postsPerSecond
    }
    await sleep(1)
  }
  measuring = false
  const measuredFor = (performance.now() - start - warmMs) / 1_000
  // 5 s for what is still on its way; what has not come by then counts as not acknowledged.
  for (const until = performance.now() + 5_000; performance.now() < until; await sleep(20)) {
    if ([...posts.values()].every(({ heard }) => heard.lastAt > 0)) break
  }
  const counted = [...posts.values()].filter(({ measured }) => measured)
  const ackedAt = counted.map((post) => post.ackedAt).filter((at) => at > 0)
  const closed = seen.closed
  for (const wire of wires) wire.close()
  return {
    sent: posts.size,
    posted: counted.length,
    acked: ackedAt.length,
    ackedPerSecond: ackedAt.length / ((Math.max(...ackedAt, end) - start - warmMs) / 1_000),
    refused: seen.refused,
    ack: timesOf(counted.map((post) => post.ackedAt - post.sentAt)),
    half: timesOf(counted.map(({ heard, sentAt }) => heard.halfAt - sentAt)),
    last: timesOf(counted.map(({ heard, sentAt }) => heard.lastAt - sentAt)),
    framesPerSecond: seen.frames / measuredFor,
    deliveriesPerSecond: seen.deliveries / measuredFor,
    connectMs,
    closed,
    acks,
  }
}

function unheard(): Heard {
  return { by: 0, halfAt: 0, lastAt: 0 }
}

function say(said: Said, then?: () => void): void {
  process.stdout.write(`${JSON.stringify(said)}\n`, then)
}

say({ t: 'seen', seen: await main((await json(process.stdin)) as Crowd) }, () => process.exit())
