import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RoomList } from '../protocol/api.ts'
import type { InboxDownstream, RoomLine } from '../protocol/inbox.ts'
import { protocolVersion } from '../protocol/version.ts'
import type { Bumps, BumpsSeen, Expected, Job, Lists, ListsSeen } from './inbox/job.ts'
import { openWire, type Wire } from './room/wire.ts'
import { timesOf } from './support/times.ts'
import { freshId } from './support/people.ts'

/** Reads a Job from standard input and prints what it measured. A process of its own, so that nothing waits in front of its clock. */
async function main(job: Job): Promise<BumpsSeen | ListsSeen> {
  return job.t === 'bumps' ? await bumps(job) : await lists(job)
}

type Heard = { sentAt: number; by: number; halfAt: number; lastAt: number }

async function bumps({ url, room, seats, everyMs, posts }: Bumps): Promise<BumpsSeen> {
  const heard = new Map<number, Heard>()
  const half = Math.ceil(seats.length / 2)
  let listed = 0
  let frames = 0
  // A line tells of the newest message alone, so whoever has a later one has the earlier ones too.
  const seat = () => {
    let last = 0
    let there = false
    return (frame: Buffer) => {
      const said = JSON.parse(frame.toString()) as InboxDownstream
      if (said.t !== 'rooms') return
      if (said.done && !there) {
        there = true
        listed += 1
      }
      const head = said.rooms.find((line) => line.room === room)?.head ?? 0
      if (head <= last) return
      frames += 1
      for (const [seq, post] of heard) {
        if (seq <= last || seq > head) continue
        post.by += 1
        if (post.by === half) post.halfAt = performance.now()
        if (post.by === seats.length) post.lastAt = performance.now()
      }
      last = head
    }
  }
  const began = performance.now()
  const wires: Wire[] = []
  for (const token of seats) wires.push(await openInbox(url, token, { epoch: null, since: 0 }, seat()))
  while (listed < seats.length) await sleep(5)
  const connectMs = performance.now() - began

  // The one who posts has the room open, as someone who writes does.
  let acked: (seq: number) => void = () => {}
  const address = `${url.replace('http', 'ws')}/api/v1/rooms/${room}/socket`
  let ready: () => void = () => {}
  const live = new Promise<void>((resolve) => (ready = resolve))
  const author = await openWire(address, { authorization: `Bearer ${seats[0]!}` }, (frame) => {
    const said = JSON.parse(frame.toString()) as { t: string; seq?: number; live?: boolean }
    if (said.t === 'ack') acked(said.seq!)
    if (said.t === 'changes' && said.live) ready()
  })
  author.send(JSON.stringify({ t: 'hello', v: protocolVersion, epoch: null, since: 0, from: 0 }))
  await live
  process.stdout.write(`${JSON.stringify({ t: 'there' })}\n`)
  for (let i = 0; i < posts; i++) {
    const sentAt = performance.now()
    const ack = new Promise<number>((resolve) => (acked = resolve))
    author.send(
      JSON.stringify({ t: 'post', id: freshId(), text: `The ferry leaves at ten past seven, from platform ${i}.` }),
    )
    const seq = await ack
    heard.set(seq, { sentAt, by: 0, halfAt: 0, lastAt: 0 })
    await sleep(everyMs)
  }
  for (const until = performance.now() + 20_000; performance.now() < until; await sleep(20)) {
    if ([...heard.values()].every(({ lastAt }) => lastAt > 0)) break
  }
  for (const wire of [author, ...wires]) wire.close()
  const all = [...heard.values()]
  return {
    ...{ t: 'bumps', posts, frames, connectMs },
    half: timesOf(all.map(({ halfAt, sentAt }) => halfAt - sentAt)),
    last: timesOf(all.map(({ lastAt, sentAt }) => lastAt - sentAt)),
  }
}

async function lists({ url, token, times, expected }: Lists): Promise<ListsSeen> {
  const whole: number[] = []
  const resumed: number[] = []
  const asked: number[] = []
  let wrong = 0
  let bytes = 0
  let held: Held = { epoch: null, since: 0 }
  for (let i = 0; i <= times; i++) {
    const from = performance.now()
    const list = await openList(url, token, { epoch: null, since: 0 })
    whole.push(performance.now() - from)
    bytes = list.bytes
    held = list.held
    if (!right(list.lines, expected)) wrong += 1
    const again = performance.now()
    const rest = await openList(url, token, held)
    resumed.push(performance.now() - again)
    if (rest.lines.length > 0) wrong += 1
    const asking = performance.now()
    const answer = await fetch(`${url}/api/v1/rooms`, { headers: { authorization: `Bearer ${token}` } })
    const { rooms } = (await answer.json()) as RoomList
    asked.push(performance.now() - asking)
    if (rooms.length !== expected.length) wrong += 1
  }
  // The first one is the inbox's first in its life: it says `back` to every room.
  return {
    ...{ t: 'lists', first: whole[0]!, wrong, bytes },
    ...{ whole: timesOf(whole.slice(1)), resumed: timesOf(resumed), asked: timesOf(asked) },
  }
}

type Held = { epoch: string | null; since: number }

async function openList(url: string, token: string, held: Held) {
  const lines: RoomLine[] = []
  let bytes = 0
  let epoch = held.epoch
  return await new Promise<{ lines: RoomLine[]; held: Held; bytes: number }>((resolve, reject) => {
    const hear = (frame: Buffer) => {
      bytes += frame.length
      const said = JSON.parse(frame.toString()) as InboxDownstream
      if (said.t === 'welcome') epoch = said.epoch
      if (said.t !== 'rooms') return
      lines.push(...said.rooms)
      if (!said.done) return
      wire?.close()
      resolve({ lines, held: { epoch, since: said.version }, bytes })
    }
    let wire: Wire | null = null
    openInbox(url, token, held, hear).then((open) => (wire = open), reject)
  })
}

async function openInbox(
  url: string,
  token: string,
  { epoch, since }: Held,
  hear: (frame: Buffer) => void,
): Promise<Wire> {
  const address = `${url.replace('http', 'ws')}/api/v1/inbox/socket`
  const wire = await openWire(address, { authorization: `Bearer ${token}` }, hear)
  wire.send(JSON.stringify({ t: 'hello', v: protocolVersion, epoch, since }))
  return wire
}

function right(lines: readonly RoomLine[], expected: Expected): boolean {
  const unread = new Map(expected.map((line) => [line.room, line.unread]))
  return lines.length === expected.length && lines.every((line) => unread.get(line.room) === line.unread)
}

const seen = await main((await json(process.stdin)) as Job)
process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit())
