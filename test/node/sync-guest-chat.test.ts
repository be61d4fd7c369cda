import { describe, expect, test } from 'vitest'
import type { GuestDownstream, GuestMessage, GuestUpstream } from '../../protocol/guest-chat.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { limits } from '../../protocol/limits.ts'
import { protocolVersion } from '../../protocol/version.ts'
import { openGuestChat } from '../../web/sync/guest-chat.ts'
import { fakeLink } from './sync-support/fake-link.ts'
import { handClock } from './sync-support/hand-clock.ts'
import { ada } from './sync-support/people.ts'

const mallory = { id: ada, name: 'Mallory' }

function opened() {
  const link = fakeLink<GuestUpstream, GuestDownstream>()
  const clock = handClock()
  const chat = openGuestChat({
    openTransport: (events) => link.openTransport('', events),
    ...{ refresh: async () => 'renewed', clock, random: () => 0.5 },
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  })
  const view = () => chat.view.getState()
  const welcome = (head: number, epoch = 1): GuestDownstream => ({
    ...{ t: 'welcome', v: protocolVersion, epoch, head, from: 10, me: mallory, now: clock.now(), expiresAt: 0 },
    room: { name: 'Engines', postPolicy: 'everyone' },
  })
  const live = (last = 10) => {
    link.open()
    link.say(welcome(last), changes([11, last], messages(11, last)))
    link.heard()
  }
  return { link, clock, chat, view, welcome, live, texts: () => view().messages.map(({ text }) => text) }
}

function message(seq: number, more: Partial<GuestMessage> = {}): GuestMessage {
  const id = `01990000-0000-7000-8000-${String(seq).padStart(12, '0')}`
  return {
    seq,
    rev: seq,
    id,
    at: seq,
    by: ada,
    name: 'Ada',
    text: `message ${seq}`,
    replyTo: null,
    system: null,
    ...more,
  }
}

function messages(from: number, to: number): GuestMessage[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => message(from + index))
}

function changes(covers: [number, number], held: GuestMessage[], live = true): GuestDownstream {
  return { t: 'changes', covers, messages: held, live }
}

describe('a guest’s chat', () => {
  test('[GST5] opens with nothing, pulls chunk by chunk, and goes on after a cut from what it holds', () => {
    const { link, view, welcome, texts } = opened()
    link.open()
    expect(link.heard()).toEqual([{ t: 'hello', v: protocolVersion, epoch: null, since: 0, from: 0 }])
    link.say(welcome(13), changes([11, 12], messages(11, 12), false))
    expect([link.heard(), view().connection.state]).toEqual([[{ t: 'more', to: 12 }], 'catching_up'])
    link.say(changes([13, 13], messages(13, 13)))
    expect([texts(), view().connection.state, view().me]).toEqual([
      ['message 11', 'message 12', 'message 13'],
      'live',
      mallory,
    ])
    link.drop()
    link.open()
    expect(link.heard()).toEqual([{ t: 'hello', v: protocolVersion, epoch: 1, since: 13, from: 11 }])
    link.say(welcome(14), changes([14, 14], [message(12, { rev: 14, text: 'edited' })]))
    expect(texts()).toEqual(['message 11', 'edited', 'message 13'])
  })

  test('[GST5] a hole, a pong that is ahead and a lag lead to another hello; a reset drops what was held', () => {
    const { link, welcome, live, texts } = opened()
    live(12)
    link.say(changes([14, 14], messages(14, 14)))
    link.say(welcome(14), changes([13, 14], messages(13, 14)), 'pong:15')
    link.say(welcome(15), changes([15, 15], []), { t: 'lagging' })
    expect(link.heard().map((frame) => frame !== 'ping' && frame.t)).toEqual(['hello', 'hello', 'hello'])
    link.say(welcome(99, 2), { t: 'reset', epoch: 2, head: 99 }, changes([99, 99], messages(99, 99)))
    expect(texts()).toEqual(['message 99'])
    link.drop()
    link.open()
    expect(link.heard()).toEqual([{ t: 'hello', v: protocolVersion, epoch: 2, since: 99, from: 99 }])
  })

  test('[GST3] what is said waits for the room, goes out in order and once, and is shown without a gap', () => {
    const { link, chat, view, live, welcome, texts } = opened()
    const [one, two] = [chat.send('one'), chat.send('two', 11)]
    expect(view().unsaid.map(({ text }) => text)).toEqual(['one', 'two'])
    live(11)
    link.drop()
    link.open()
    link.say(welcome(11), changes([12, 11], []))
    expect(link.heard().slice(1)).toEqual([{ t: 'post', id: one, text: 'one' }])
    link.say({ t: 'ack', id: one, seq: 12, at: 1 })
    expect(link.heard()).toEqual([{ t: 'post', id: two, text: 'two', replyTo: 11 }])
    expect([view().unsaid.length, texts()]).toEqual([2, ['message 11']])
    link.say(changes([12, 12], [message(12, { id: one, by: null, guest: mallory, text: 'one' })]))
    expect([view().unsaid.map(({ text }) => text), texts()]).toEqual([['two'], ['message 11', 'one']])
    link.say(changes([13, 13], [message(13, { id: two, text: 'two' })]), { t: 'ack', id: two, seq: 13, at: 1 })
    expect(view().unsaid).toEqual([])
    expect(() => chat.send(' '.repeat(limits.textBytes + 1))).toThrow(RangeError)
  })

  test('[GST3] refused for now it is said again, for good it stays with the reason until it is taken back', async () => {
    const { link, chat, view, live, clock } = opened()
    live()
    const [id, later] = [chat.send('too fast'), chat.send('behind it')]
    link.heard()
    link.say({ t: 'refused', id, reason: 'slow_down', detail: '', retryAfterMs: 300 })
    const last = chat.send('and another')
    expect(link.heard()).toEqual([])
    await clock.turn(300)
    expect(link.heard()).toEqual([{ t: 'post', id, text: 'too fast' }])
    link.say({ t: 'refused', id, reason: 'not_allowed', detail: 'Only admins write in this room.' })
    expect(view().unsaid[0]).toMatchObject({ id, why: 'Only admins write in this room.' })
    expect(link.heard()).toEqual([{ t: 'post', id: later, text: 'behind it' }])
    chat.discard(id)
    chat.discard(later)
    expect(view().unsaid.map((one) => one.id)).toEqual([later, last])
  })

  test('[GST4] [GST5] says how far it is, hides what disappears at its time, and ends when it is put out', async () => {
    const { link, view, live, clock, texts } = opened()
    live()
    for (let seq = 11; seq < 11 + limits.reportFrames; seq++) link.say(changes([seq, seq], messages(seq, seq)))
    expect(link.heard()).toEqual([{ t: 'more', to: 10 + limits.reportFrames }])
    const next = 11 + limits.reportFrames
    link.say(changes([next, next], [message(next, { expiresAt: clock.now() + 1_000 })]))
    expect(texts().at(-1)).toBe(`message ${next}`)
    await clock.turn(1_000)
    expect(texts().at(-1)).toBe(`message ${next - 1}`)
    link.drop(closeCodes.notAMember, null)
    expect([view().closed, link.closed]).toEqual(['not_a_member', true])
  })
})
