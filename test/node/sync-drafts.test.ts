import { describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import type { Store } from '../../web/sync/store.ts'
import { handClock, settled } from './sync-support/hand-clock.ts'
import { inboxDevice, type InboxDevice } from './sync-support/inbox-device.ts'
import { lineOf, modelInbox, roomOf } from './sync-support/model-inbox.ts'

const room = roomOf(1)

/** Two devices of ada's; `store`: what the first one keeps. */
async function two(store: Store = memoryStore()) {
  const clock = handClock()
  const server = modelInbox(clock.now)
  server.change(lineOf(1))
  const devices = [inboxDevice(server, clock, { store }), inboxDevice(server, clock)] as const
  for (const device of devices) await device.live()
  async function exchange(): Promise<void> {
    for (let round = 0; round < 2; round++)
      for (const device of devices) if (device.connected()) await device.exchange()
  }
  return { clock, server, devices, exchange }
}

/** A composer, and what it was given so far. */
function composer(device: InboxDevice, thread: number | null = null) {
  const shown: string[] = []
  return { ...device.inbox.compose(room, thread, (text) => shown.push(text)), shown }
}

const drafts = (device: InboxDevice) => device.view().drafts

async function post(device: InboxDevice, thread: number | null = null): Promise<void> {
  const command = { kind: 'post' as const, text: 'done', replyTo: null, thread, mentions: [], forwarded: false }
  await device.inbox.store.addUnsent({ id: `m${thread}`, room, at: 1, failed: null, command })
}

describe('drafts', () => {
  test('[AC-35] [INB31] what is half written reaches the other devices once it has rested for a second', async () => {
    const { clock, server, devices, exchange } = await two()
    const [one, other] = devices
    const [mine, theirs] = [composer(one), composer(other)]
    mine.save('half')
    await clock.turn(900)
    mine.save('half a thou')
    await clock.turn(900)
    expect([one.saying(), drafts(one)]).toEqual([[], { [room]: 'half a thou' }])
    await clock.turn(100)
    await exchange()
    expect([server.drafts().map(({ text }) => text), drafts(other), theirs.shown]).toEqual([
      ['half a thou'],
      { [room]: 'half a thou' },
      ['half a thou'],
    ])
  })

  test('[AC-35] [INB31] a draft of a thread is its own', async () => {
    const { clock, devices, exchange } = await two()
    const [one, other] = devices
    const [inRoom, inThread] = [composer(other), composer(other, 7)]
    composer(one, 7).save('in the thread')
    await clock.turn(1_000)
    await exchange()
    expect([inRoom.shown, inThread.shown, drafts(other)]).toEqual([[], ['in the thread'], {}])
  })

  test('[AC-35] [INB32] nothing is put into a composer that has the focus; it comes when the focus goes', async () => {
    const { clock, devices, exchange } = await two()
    const [one, other] = devices
    const [mine, theirs] = [composer(one), composer(other)]
    theirs.focus(true)
    mine.save('from the other desk')
    await clock.turn(1_000)
    await exchange()
    expect([theirs.shown, drafts(other)]).toEqual([[], {}])
    theirs.focus(false)
    expect([theirs.shown, drafts(other)]).toEqual([['from the other desk'], { [room]: 'from the other desk' }])
  })

  test('[AC-35] [INB32] what was edited later wins, on every device', async () => {
    const { clock, devices, exchange, server } = await two()
    const [one, other] = devices
    const [mine, theirs] = [composer(one), composer(other)]
    theirs.focus(true)
    mine.save('earlier')
    await clock.turn(1_000)
    await exchange()
    theirs.save('later')
    theirs.focus(false)
    expect([theirs.shown, drafts(other)]).toEqual([[], { [room]: 'later' }])
    await clock.turn(1_000)
    await exchange()
    expect([mine.shown, server.drafts().map(({ text }) => text)]).toEqual([['later'], ['later']])
  })

  test('[AC-35] [INB33] a message that is sent clears its draft everywhere, and no other', async () => {
    const { clock, devices, exchange, server } = await two()
    const [one, other] = devices
    const theirs = composer(other)
    composer(one).save('half')
    composer(one, 7).save('a reply')
    await clock.turn(1_000)
    await exchange()
    await post(one)
    await exchange()
    expect([drafts(one), drafts(other), theirs.shown]).toEqual([{}, {}, ['half', '']])
    expect(server.drafts()).toMatchObject([{ thread: 7, text: 'a reply' }])
    await post(one, 7)
    await exchange()
    expect(server.drafts()).toEqual([])
  })

  test('[INB33] what is sent before anyone heard of it says nothing', async () => {
    const { clock, devices, exchange, server } = await two()
    const [one] = devices
    composer(one).save('quick')
    await post(one)
    await clock.turn(1_000)
    expect(one.saying()).toEqual([])
    await exchange()
    expect(server.drafts()).toEqual([])
  })

  test('[AC-35] [INB33] a draft that was cleared while a device was away is cleared there when it returns', async () => {
    const { clock, devices, exchange } = await two()
    const [one, other] = devices
    composer(one).save('half')
    await clock.turn(1_000)
    await exchange()
    const theirs = composer(other)
    await settled()
    other.cut()
    await post(one)
    await exchange()
    expect(drafts(other)).toEqual({ [room]: 'half' })
    await other.live()
    expect([drafts(other), theirs.shown]).toEqual([{}, ['half', '']])
  })

  test('[INB31] what is written while nothing is connected is kept, and told when something is', async () => {
    const store = memoryStore()
    const { clock, devices, server } = await two(store)
    const [one, other] = devices
    one.cut()
    composer(one).save('on the train')
    await clock.turn(5_000)
    one.inbox.close()
    const again = inboxDevice(server, clock, { store })
    const mine = composer(again)
    await again.live()
    await other.exchange()
    expect([mine.shown, drafts(other)]).toEqual([['on the train'], { [room]: 'on the train' }])
  })

  test('[INB32] what was written later without a connection stays, and reaches the others', async () => {
    const { clock, devices, exchange } = await two()
    const [one, other] = devices
    const [mine, theirs] = [composer(one), composer(other)]
    other.cut()
    mine.save('earlier')
    await clock.turn(1_000)
    await exchange()
    theirs.save('later')
    await other.live()
    expect([theirs.shown, drafts(other)]).toEqual([[], { [room]: 'later' }])
    await clock.turn(1_000)
    await exchange()
    expect(mine.shown).toEqual(['later'])
  })

  test('[INB31] a draft in a room that the inbox does not know yet waits until it does', async () => {
    const { clock, devices, exchange, server } = await two()
    const [one, other] = devices
    one.inbox.compose(roomOf(2), null, () => {}).save('first words')
    await clock.turn(1_000)
    for (let pings = 0; pings < 3; pings++) {
      await clock.turn(25_000)
      await exchange()
    }
    expect([server.drafts(), drafts(other)]).toEqual([[], {}])
    one.cut()
    await one.live()
    expect(drafts(one)).toEqual({ [roomOf(2)]: 'first words' })
    server.change(lineOf(2))
    await exchange()
    expect(drafts(other)).toEqual({ [roomOf(2)]: 'first words' })
  })

  test('[INB31] what was said on a connection that broke is said again', async () => {
    const { clock, devices, server } = await two()
    const [one, other] = devices
    composer(one).save('half')
    await clock.turn(1_000)
    expect(one.saying()).toMatchObject([{ t: 'draft' }])
    one.cut()
    await one.live()
    await other.exchange()
    expect([server.drafts().length, drafts(other)]).toEqual([1, { [room]: 'half' }])
  })

  test('[INB31] a pong that was on its way when a draft was said does not tell that it arrived', async () => {
    const { clock, devices, server } = await two()
    const [one] = devices
    composer(one).save('half')
    await clock.turn(900)
    one.inbox.refresh()
    one.deliver('up')
    await clock.turn(100)
    expect(one.saying()).toMatchObject([{ t: 'draft' }])
    one.deliver('down')
    one.cut()
    await one.live()
    expect([server.drafts().map(({ text }) => text), drafts(one)]).toEqual([['half'], { [room]: 'half' }])
  })

  test('[INB16] [INB33] a draft that a full inbox let go of stays on the device that wrote it', async () => {
    const { clock, devices, exchange, server } = await two()
    const [one, other] = devices
    composer(one).save('half')
    await clock.turn(1_000)
    for (let pings = 0; pings < 3; pings++) {
      await exchange()
      await clock.turn(25_000)
    }
    for (let number = 2; number <= limits.drafts + 1; number++) {
      server.change(lineOf(number))
      other.inbox.compose(roomOf(number), null, () => {}).save(`draft ${number}`)
    }
    await clock.turn(1_000)
    await exchange()
    expect(server.drafts().some((draft) => draft.room === room)).toBe(false)
    one.cut()
    await one.live()
    expect(drafts(one)[room]).toBe('half')
  })

  test('[INB31] an inbox that lost its storage hears all drafts anew', async () => {
    const { clock, devices, exchange, server } = await two()
    const [one] = devices
    composer(one).save('half')
    await clock.turn(1_000)
    await exchange()
    for (let pings = 0; pings < 3; pings++) {
      await clock.turn(25_000)
      await exchange()
    }
    server.loseStorage()
    for (const device of devices) {
      device.cut()
      await device.live()
    }
    expect([server.drafts().map(({ text }) => text), drafts(one)]).toEqual([['half'], { [room]: 'half' }])
  })

  test('[INB31] a page that is hidden waits for no rest', async () => {
    const { devices } = await two()
    const [one] = devices
    composer(one).save('half')
    one.page.seen = false
    one.page.hide()
    expect(one.saying()).toMatchObject([{ t: 'look' }, { t: 'draft', text: 'half' }])
  })

  test('what is typed before the store has answered is not overwritten by it', async () => {
    const store = memoryStore()
    await store.keepDraft(room, { text: 'old', at: 0, owed: false, there: true })
    const clock = handClock()
    const device = inboxDevice(modelInbox(clock.now), clock, { store })
    const mine = composer(device)
    mine.save('new')
    await settled()
    expect([mine.shown, drafts(device)]).toEqual([[], { [room]: 'new' }])
  })

  test('what is typed while a message is being kept is the next draft', async () => {
    const { devices } = await two()
    const [one] = devices
    const mine = composer(one)
    mine.save('first')
    const sent = post(one)
    mine.save('second')
    await sent
    expect(drafts(one)).toEqual({ [room]: 'second' })
  })
})
