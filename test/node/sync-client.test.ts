import { describe, expect, test } from 'vitest'
import { openGate, startClient, type Connect } from '../../web/sync/client.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import { browserTabs, noTabs, type Note } from '../../web/sync/tabs.ts'
import { fakeLink, welcome } from './sync-support/fake-link.ts'
import { fakeServer } from './sync-support/fake-server.ts'
import { handClock, settled } from './sync-support/hand-clock.ts'
import { lineOf, modelInbox, roomOf } from './sync-support/model-inbox.ts'
import { changes, fakePage, seen } from './sync-support/opened.ts'
import { ada, message, roomId } from './sync-support/people.ts'

const me = { person: { id: ada, name: 'Ada', email: 'ada@example.org' }, expiresAt: Date.UTC(2100, 0, 1) }

async function started(store = memoryStore()) {
  const clock = handClock()
  const server = fakeServer({
    [`GET rooms/${roomId}/pins`]: () => ({ body: { messages: [], asOf: 9 } }),
    'POST auth/sign-out': () => ({ status: 204 }),
    'POST auth/refresh': () => ({ body: { expiresAt: me.expiresAt, renewal: 'ticket' } }),
  })
  const [link, inbox] = [fakeLink(), fakeLink()]
  const connect: Connect = (path, events) => (path === 'inbox/socket' ? inbox : link).openTransport(path, events)
  const gate = openGate({ fetch: server.fetch, tabs: noTabs, clock, page: fakePage() })
  const client = await startClient(gate, me, { store, connect })
  await settled()
  return { gate, client, clock, link, inbox, store, server }
}

describe('a client', () => {
  test('[AC-11] it sends what a closed tab left in a room that nobody opens', async () => {
    const store = memoryStore()
    await store.addUnsent({
      ...{ id: message(1).id, room: roomId, at: 1, failed: null },
      command: { kind: 'post', text: 'left behind', replyTo: null, thread: null, mentions: [], forwarded: false },
    })
    const { link, clock } = await started(store)
    link.open()
    link.say(welcome(), changes([1, 0], []))
    expect(link.heard().at(-1)).toEqual({ t: 'post', id: message(1).id, text: 'left behind' })
    link.say({ t: 'ack', id: message(1).id, seq: 1, at: 1 })
    await clock.turn(10_000)
    expect([link.closed, await store.unsentRooms()]).toEqual([true, []])
  })

  test('a refresh renews the sockets that are open', async () => {
    const { client, gate, link, inbox } = await started()
    const room = client.openRoom(roomId)
    await settled()
    inbox.open()
    inbox.heard()
    link.open()
    link.say(welcome({ head: 1 }), changes([1, 1], [message(1)]))
    expect(seen(room.view.getState().rows)).toEqual(['1 message 1'])
    link.heard()
    await gate.session.refresh()
    expect([link.heard(), inbox.heard()]).toEqual(Array.from({ length: 2 }, () => [{ t: 'renew', ticket: 'ticket' }]))
  })

  test('where the list is back, an open room does not wait for its next attempt, and the other way round', async () => {
    const { client, link, inbox, clock } = await started()
    const server = modelInbox(clock.now)
    server.change(lineOf(1))
    client.openRoom(roomId)
    await settled()
    const roomBack = () => {
      link.open()
      link.say(welcome({ head: 1 }), changes([1, 1], [message(1)]))
    }
    const listBack = () => {
      inbox.open()
      const hello = inbox.heard().find((said) => said !== 'ping' && (said as { t: string }).t === 'hello')
      server.connect((text) => inbox.say(text)).receive(JSON.stringify(hello))
    }
    const attempts = () => [link.reconnects, inbox.reconnects]
    listBack()
    await settled()
    roomBack()
    expect(attempts()).toEqual([0, 0])
    const later = clock.now() + 20_000
    for (const one of [link, inbox]) one.drop(1006, later)
    await clock.turn(2_000)
    expect(attempts()).toEqual([0, 0])
    listBack()
    await settled()
    expect(attempts()).toEqual([1, 0])
    roomBack()
    for (const one of [link, inbox]) one.drop(1006, later)
    await clock.turn(2_000)
    roomBack()
    expect(attempts()).toEqual([1, 1])
  })

  test('signing out closes the rooms and leaves nothing on the device', async () => {
    const { client, link, inbox, store, gate, clock } = await started()
    const server = modelInbox(clock.now)
    server.change(lineOf(1))
    inbox.open()
    const [hello] = inbox.heard()
    let endings = 0
    gate.session.onSignedOut(() => endings++)
    client.openRoom(roomId)
    server.connect((text) => inbox.say(text)).receive(JSON.stringify(hello))
    await clock.turn(1_000)
    expect(await store.get('inbox')).toMatchObject({ rooms: [{ room: roomOf(1) }] })
    await client.signOut()
    expect([link.closed, inbox.closed, endings, await store.get('inbox')]).toEqual([true, true, 1, undefined])
  })
})

describe('the tabs of a browser', () => {
  test('they hear each other, not themselves, and nothing that does not fit', async () => {
    const [one, other] = [browserTabs(), browserTabs()]
    const mine: Note[] = []
    one.onNote((note) => mine.push(note))
    const heard = new Promise<Note>((resolve) => other.onNote(resolve))
    one.say({ t: 'of another version' } as never)
    one.say({ t: 'signed_out' })
    expect([await heard, mine]).toEqual([{ t: 'signed_out' }, []])
    one.close()
    other.close()
  })

  test('one at a time is alone', async () => {
    const [one, other] = [browserTabs(), browserTabs()]
    const order: string[] = []
    let finish = () => {}
    const first = one.alone('work', async () => {
      order.push('one begins')
      await new Promise<void>((resolve) => (finish = resolve))
      order.push('one ends')
    })
    const second = other.alone('work', async () => void order.push('other'))
    await new Promise<void>((resolve) => {
      void one.ifAlone('free', async () => resolve())
    })
    await other.ifAlone('work', async () => void order.push('never'))
    finish()
    await Promise.all([first, second])
    expect(order).toEqual(['one begins', 'one ends', 'other'])
    one.close()
    other.close()
  })

  test('[INB25] one leads; when it is gone, another one does', async () => {
    const [one, other] = [browserTabs(), browserTabs()]
    const leading: string[] = []
    let began = () => {}
    const next = () => new Promise<void>((resolve) => (began = resolve))
    const lead = (tabs: typeof one, name: string) =>
      tabs.lead('list', () => {
        leading.push(name)
        began()
      })
    const first = next()
    const resign = lead(one, 'one')
    await first
    const second = next()
    const waiting = lead(other, 'other')
    lead(other, 'never')()
    expect(leading).toEqual(['one'])
    resign()
    await second
    expect(leading).toEqual(['one', 'other'])
    waiting()
    one.close()
    other.close()
  })
})
