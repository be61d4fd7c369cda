import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { GuestVisitor } from '../../durable-objects/visitor.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { GuestDownstream, type GuestMessage, type GuestUpstream } from '../../protocol/guest-chat.ts'
import { limits } from '../../protocol/limits.ts'
import { protocolVersion } from '../../protocol/version.ts'
import type { FakeSocket } from './platform/fake-socket.ts'
import { Hall } from './world/hall.ts'
import { personId } from './world/ids.ts'

const [ada, grace, linus, joan] = [personId(0), personId(1), personId(2), personId(3)]
const names = new Map([
  [ada, 'Ada'],
  [grace, 'Grace'],
  [linus, 'Linus'],
])
const meeting = personId(900)

let hall: Hall
beforeEach(async () => {
  hall = new Hall(names, [ada, grace, linus])
  await hall.quiet()
})
afterEach(() => hall.close())

/** A guest's end of a socket, and what a client makes of what it hears. */
class Guest {
  readonly heard: GuestDownstream[] = []
  readonly raw: string[] = []
  closed: number | null = null
  private socket!: FakeSocket
  private readonly world: Hall
  private readonly visitor: GuestVisitor

  constructor(world: Hall, from: number, id = personId(700), name = 'Mallory') {
    this.world = world
    this.visitor = { guest: { id, name, meeting, from }, expiresAt: world.time.now() + limits.guestMs }
  }

  async open(hello: { epoch: number | null; since: number; from: number } | null = nothing): Promise<void> {
    const headers = new Headers({ upgrade: 'websocket', 'x-parley-visitor': JSON.stringify(this.visitor) })
    const opened: FakeSocket[] = []
    void this.world.host.connect({ headers } as Request).then((socket) => opened.push(socket))
    while (opened.length === 0) await this.world.time.turn(50)
    this.socket = opened[0]!
    this.socket.hear((sent) => {
      if ('close' in sent) this.closed = sent.close
      if (!('text' in sent) || sent.text.startsWith('pong')) return
      this.raw.push(sent.text)
      this.heard.push(GuestDownstream.parse(JSON.parse(sent.text)))
    })
    if (hello) this.say({ t: 'hello', v: protocolVersion, ...hello })
    await this.world.time.turn(10)
  }

  say(frame: GuestUpstream): void {
    this.world.host.receive(this.socket, JSON.stringify(frame))
  }

  close(): void {
    this.socket.break()
  }

  of<T extends GuestDownstream['t']>(kind: T): Extract<GuestDownstream, { t: T }>[] {
    return this.heard.filter((frame): frame is Extract<GuestDownstream, { t: T }> => frame.t === kind)
  }

  /** The messages that a client shows by now. */
  messages(): GuestMessage[] {
    const held = new Map<number, GuestMessage>()
    for (const message of this.of('changes').flatMap((changes) => changes.messages)) {
      if (message.rev >= (held.get(message.seq)?.rev ?? 0)) held.set(message.seq, message)
    }
    return [...held.values()].sort((one, other) => one.seq - other.seq)
  }
}

const nothing = { epoch: null, since: 0, from: 0 }

/** Lets a member say something and waits until it is kept. Answers its seq. */
async function says(by: string, text: string): Promise<number> {
  hall.post(by, text)
  await hall.time.turn(200)
  return hall.head()
}

describe('a guest', () => {
  test('[GST1] [GST2] hears what is said from their admission on, with the names of those who said it, and nothing else', async () => {
    const early = await says(ada, 'a secret')
    const guest = new Guest(hall, hall.head())
    await guest.open()
    const hello = await says(grace, 'hello there')
    hall.say(ada, { t: 'edit', id: hall.freshId(), seq: early, text: 'another secret' })
    hall.say(ada, { t: 'react', id: hall.freshId(), seq: hello, emoji: '👍', on: true })
    hall.say(ada, { t: 'post', id: hall.freshId(), text: 'as I said', replyTo: early, mentions: [linus] })
    hall.say(ada, { t: 'typing', on: true })
    await hall.change(ada, { kind: 'remove', person: linus })
    await hall.time.turn(1_000)

    expect(guest.of('welcome')).toEqual([
      {
        ...{ t: 'welcome', v: protocolVersion, epoch: hall.epoch(), head: early, from: early },
        ...{ room: { name: expect.any(String), postPolicy: 'everyone' }, me: { id: personId(700), name: 'Mallory' } },
        ...{ now: expect.any(Number), expiresAt: expect.any(Number) },
      },
    ])
    const place = { id: expect.any(String), at: expect.any(Number), replyTo: null, system: null }
    expect(guest.messages()).toEqual([
      {
        ...{ ...place, seq: hello, rev: hello + 2, by: grace, name: 'Grace', text: 'hello there' },
        reactions: [{ emoji: '👍', count: 1 }],
      },
      { ...place, seq: hello + 3, rev: hello + 3, by: ada, name: 'Ada', text: 'as I said' },
    ])
    expect(new Set(guest.heard.map(({ t }) => t))).toEqual(new Set(['welcome', 'changes']))
    // Covered to the end: what was empty for a guest is no gap.
    expect(guest.of('changes').at(-1)!.covers[1]).toBe(hall.head())
    expect(guest.raw.join()).not.toMatch(/secret|Linus/)
  })

  test('[GST3] writes under their name as a guest, once for each id, and is counted as unread and shown in lists', async () => {
    hall.enter(grace)
    await hall.time.turn(1_000)
    const guest = new Guest(hall, hall.head())
    await guest.open()
    const id = hall.freshId()
    guest.say({ t: 'post', id, text: 'may I?' })
    guest.say({ t: 'post', id, text: 'may I?' })
    guest.say({ t: 'post', id, text: 'something else' })
    await hall.time.turn(2_000)

    const seq = hall.head()
    expect(guest.of('ack')).toEqual(Array.from({ length: 2 }, () => ({ t: 'ack', id, seq, at: expect.any(Number) })))
    expect(guest.of('refused')).toMatchObject([{ id, reason: 'conflict' }])
    const said = hall.frames.get(grace)!.flatMap((frame) => (frame.t === 'changes' ? frame.messages : []))
    expect(said.at(-1)).toMatchObject({ seq, by: null, guest: { id: personId(700), name: 'Mallory' }, text: 'may I?' })
    const line = hall.told.findLast(({ to, bump }) => to === linus && bump)?.bump
    expect([line?.count, line?.last?.name, line?.last?.text]).toEqual([1, 'Mallory (guest)', 'may I?'])
    expect(hall.postgres.call('room_spine', { p_room_id: hall.room, p_after: 0, p_limit: 10 })).toBeTruthy()
  })

  test('[GST3] the same id of two guests is a conflict, and what a guest says goes by their own pace and the room’s rules', async () => {
    const [one, two] = [new Guest(hall, hall.head()), new Guest(hall, hall.head(), personId(701), 'Trudy')]
    await one.open()
    await two.open()
    const id = hall.freshId()
    one.say({ t: 'post', id, text: 'hello' })
    two.say({ t: 'post', id, text: 'hello' })
    for (let i = 0; i < limits.paceBurst + 1; i++) two.say({ t: 'post', id: hall.freshId(), text: 'more' })
    await hall.time.turn(50)
    expect(two.of('refused')).toMatchObject([{ reason: 'conflict' }, { reason: 'slow_down' }])
    one.say({ t: 'post', id: hall.freshId(), text: 'no', replyTo: 999 })
    hall.say(ada, { t: 'change', id: hall.freshId(), postPolicy: 'admins' })
    await hall.time.turn(50)
    one.say({ t: 'post', id: hall.freshId(), text: 'no' })
    await hall.time.turn(50)
    expect(one.of('refused')).toMatchObject([{ reason: 'no_such_message' }, { reason: 'not_allowed' }])
    one.say({ t: 'typing', on: true } as never)
    await hall.time.turn(50)
    expect(one.of('refused').at(-1)).toMatchObject({ reason: 'malformed' })
  })

  test('[GST1] stands outside presence and marks, and members do not hear of them', async () => {
    hall.enter(grace)
    await hall.time.turn(1_000)
    hall.frames.get(grace)!.length = 0
    const guest = new Guest(hall, hall.head())
    await guest.open()
    await hall.time.turn(60_000)
    expect(hall.frames.get(grace)!.filter(({ t }) => t !== 'here')).toEqual([])
    expect(JSON.stringify(hall.frames.get(grace))).not.toContain(personId(700))
  })

  test('[GST4] is closed when the meeting says that they are gone; a member is told to open the room itself', async () => {
    const [mallory, trudy] = [new Guest(hall, 0), new Guest(hall, 0, personId(701), 'Trudy')]
    await mallory.open()
    await trudy.open()
    hall.host.sleep()
    await hall.ask((room) => room.guestGone(meeting, personId(700)))
    expect([mallory.closed, trudy.closed]).toEqual([closeCodes.notAMember, null])
    const member = new Guest(hall, 0, ada, 'Ada')
    await member.open(null)
    expect(member.closed).toBe(closeCodes.notAMember)
    await hall.change(ada, { kind: 'remove', person: linus })
    expect(trudy.closed).toBeNull()
  })

  test('[GST5] goes on where they were after a cut, and gets everything since their admission when they hold nothing', async () => {
    await says(ada, 'a secret')
    const from = hall.head()
    const guest = new Guest(hall, from)
    await guest.open()
    await says(ada, 'one')
    guest.close()
    hall.host.sleep()
    await says(ada, 'two')
    await guest.open({ epoch: hall.epoch(), since: from + 1, from: from + 1 })
    expect(guest.of('changes').at(-1)).toMatchObject({ covers: [from + 2, from + 2], live: true })
    expect(guest.messages().map(({ text }) => text)).toEqual(['one', 'two'])

    // Whoever claims to hold more, or less, than was ever theirs gets no more.
    for (const since of [0, 10_000]) {
      const again = new Guest(hall, from)
      await again.open({ epoch: hall.epoch(), since, from: 0 })
      expect(again.messages().map(({ text }) => text)).toEqual(['one', 'two'])
    }
  })

  test('[GST5] one that does not say how far it is lags, and says hello again', async () => {
    const guest = new Guest(hall, hall.head())
    await guest.open()
    for (let i = 0; i <= limits.lagFrames; i++) {
      hall.post([ada, grace, linus][i % 3]!, 'on and on')
      await hall.time.turn(250)
    }
    expect(guest.of('lagging')).toHaveLength(1)
    const other = new Guest(hall, hall.head(), personId(701), 'Trudy')
    await other.open()
    for (let i = 0; i <= limits.lagFrames; i++) {
      hall.post([ada, grace, linus][i % 3]!, 'on and on')
      await hall.time.turn(250)
      if (i % 60 === 0) other.say({ t: 'more', to: hall.head() })
    }
    expect(other.of('lagging')).toEqual([])
    await guest.open({ epoch: hall.epoch(), since: 3, from: 1 })
    expect(guest.of('changes').at(-1)!.covers[0]).toBe(4)
  })
})

type Move =
  | { do: 'post'; by: number; reply: number | null; mentions: number | null; thread: boolean }
  | { do: 'edit' | 'delete' | 'undelete' | 'pin' | 'react'; by: number; back: number }
  | { do: 'guest'; reply: number | null }
  | { do: 'member'; person: number }
  | { do: 'resume'; since: number; from: number; sleep: boolean }
  | { do: 'expire' }

const by = fc.nat(2)
const back = fc.nat(12)
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({
    ...{ do: fc.constant('post' as const), by, reply: fc.option(back), mentions: fc.option(by), thread: fc.boolean() },
  }),
  fc.record({ do: fc.constantFrom('edit', 'delete', 'undelete', 'pin', 'react'), by, back }),
  fc.record({ do: fc.constant('guest' as const), reply: fc.option(back) }),
  fc.record({ do: fc.constant('member' as const), person: fc.constantFrom(2, 3) }),
  fc.record({ do: fc.constant('resume' as const), since: fc.nat(30), from: fc.nat(30), sleep: fc.boolean() }),
  fc.record({ do: fc.constant('expire' as const) }),
)

test('[GST2] a guest never gets a byte of what is theirs not to read, whatever happens to it, and all of the rest', async () => {
  hall.close()
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 12 }), fc.array(move, { maxLength: 25 }), async (before, after) => {
      hall = new Hall(names, [ada, grace, linus])
      await hall.quiet()
      const people = [ada, grace, linus, joan]
      let guest: Guest | null = null
      const make = async (step: Move) => {
        const when = guest ? 'later' : 'secret'
        const head = hall.head()
        const place = (steps: number) => Math.max(1, head - steps)
        switch (step.do) {
          case 'post': {
            const { reply, mentions, thread } = step
            hall.say(people[step.by]!, {
              ...{ t: 'post', id: hall.freshId(), text: `${when} ${head}` },
              ...(reply !== null && { replyTo: place(reply) }),
              ...(mentions !== null && { mentions: [people[mentions]!] }),
              ...(thread && { thread: place(3) }),
            })
            break
          }
          case 'edit':
            // What an early message becomes later is as secret as what it was.
            hall.say(people[step.by]!, {
              ...{ t: 'edit', id: hall.freshId(), seq: place(step.back) },
              text: guest && place(step.back) > from ? 'later, edited' : 'secret, edited',
            })
            break
          case 'delete':
          case 'undelete':
            hall.say(people[step.by]!, { t: step.do, id: hall.freshId(), seq: place(step.back) })
            break
          case 'pin':
            hall.say(ada, { t: 'pin', id: hall.freshId(), seq: place(step.back), on: true })
            break
          case 'react':
            hall.say(people[step.by]!, { t: 'react', id: hall.freshId(), seq: place(step.back), emoji: '🎉', on: true })
            break
          case 'guest':
            guest?.say({
              t: 'post',
              id: hall.freshId(),
              text: 'a word',
              ...(step.reply !== null && { replyTo: place(step.reply) }),
            })
            break
          case 'member': {
            const person = people[step.person]!
            const kind =
              hall.host.storage.read('select 1 from members where person = ?', person).length > 0 ? 'remove' : 'add'
            await hall.ask((room) => room.changeMembers(ada, hall.freshId(), [{ kind, person }]))
            if (kind === 'add') hall.enter(person)
            break
          }
          case 'resume':
            if (!guest) break
            guest.close()
            if (step.sleep) hall.host.sleep()
            await guest.open({ epoch: hall.epoch(), since: step.since, from: step.from })
            break
          case 'expire':
            hall.say(ada, { t: 'change', id: hall.freshId(), disappearingMs: 86_400_000 })
            break
        }
        await hall.time.turn(300)
      }
      let from = 0
      for (const person of [ada, grace, linus]) hall.enter(person)
      await hall.time.turn(500)
      hall.post(ada, 'secret 0')
      await hall.time.turn(500)
      for (const step of before) await make(step)
      from = hall.head()
      const opened = new Guest(hall, from)
      await opened.open()
      guest = opened
      for (const step of after) await make(step)
      await hall.time.turn(1_000)

      // The last hello with nothing held gets all that there is.
      const whole = new Guest(hall, from)
      await whole.open()
      const logged = hall
        .events('posted')
        .filter(({ seq }) => seq > from)
        .map(({ seq }) => seq)
      const shown = ({ seq, system }: GuestMessage) => (system ? [] : [seq])
      expect(whole.messages().flatMap(shown)).toEqual(logged)
      for (const end of [opened, whole]) {
        for (const message of end.of('changes').flatMap(({ messages }) => messages)) {
          expect(message.seq).toBeGreaterThan(from)
          expect(message.rev).toBeGreaterThan(from)
          expect(message.replyTo === null || message.replyTo > from).toBe(true)
        }
        for (const { covers } of end.of('changes')) expect(covers[0]).toBeGreaterThan(from)
        const text = end.raw.join('\n')
        expect(text).not.toContain('secret')
        const authors = new Set(
          hall.events('posted').flatMap((event) => (event.seq > from && 'by' in event ? [event.by] : [])),
        )
        for (const person of people.filter((each) => !authors.has(each))) expect(text).not.toContain(person)
      }
      hall.close()
    }),
    { numRuns: 80, endOnFailure: true },
  )
  hall = new Hall(names, [ada, grace, linus])
}, 60_000)
