import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { openDatabase, written } from '../../web/sync/idb.ts'
import { idbStore, openStore } from '../../web/sync/idb-store.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import type { Queued, Unsent } from '../../web/sync/command.ts'
import { keptRooms, type Kept } from '../../web/sync/store.ts'
import { asMade } from '../../protocol/downstream.ts'
import { ada, member, message, messages, roomId } from './sync-support/people.ts'

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
})

const facts = { id: roomId, type: 'group' as const, name: 'Engines', createdBy: ada, createdAt: 1, ...asMade }

function kept(from: number, to: number, more: Partial<Kept['room']> = {}): Kept {
  const covered: [number, number][] = [[from, to]]
  const rest = { epoch: 1, head: to, covered, atStart: false, read: 0, clockOffset: 0 }
  return { room: { id: roomId, room: facts, members: [member(ada)], ...rest, ...more }, messages: messages(from, to) }
}

function fresh(id: string, room = roomId): Omit<Unsent, 'order'> {
  const place = { replyTo: null, thread: null }
  const command = { kind: 'post' as const, text: `text of ${id}`, ...place, mentions: [], forwarded: false }
  return { id, room, at: 1, command, failed: null }
}

const stores = {
  memory: async () => memoryStore(),
  IndexedDB: () => idbStore(ada, () => 1),
}

describe.each(Object.entries(stores))('a store in %s', (_name, open) => {
  test('a room comes back as it was kept', async () => {
    const store = await open()
    expect(await store.open(roomId)).toEqual({ kept: null, unsent: [] })
    await store.keep(kept(1, 5))
    expect(await store.open(roomId)).toEqual({ kept: kept(1, 5), unsent: [] })
  })

  test('keeping again writes what is new and drops what fell out', async () => {
    const store = await open()
    await store.keep(kept(1, 5))
    const edited = kept(3, 8)
    const window = { ...edited, messages: [message(3, { rev: 9, text: 'edited' }), ...edited.messages.slice(1)] }
    await store.keep(window)
    expect((await store.open(roomId)).kept).toEqual(window)
  })

  test('another epoch replaces everything', async () => {
    const store = await open()
    await store.keep(kept(1, 5))
    await store.keep(kept(900, 905, { epoch: 2 }))
    expect((await store.open(roomId)).kept).toEqual(kept(900, 905, { epoch: 2 }))
  })

  test('[AC-11] what is unsent comes back in its order, whatever happens to the messages', async () => {
    const store = await open()
    for (const id of ['c', 'a', 'b']) await store.addUnsent(fresh(id))
    await store.addUnsent(fresh('elsewhere', 'another room'))
    await store.forget(roomId)
    const { unsent } = await store.open(roomId)
    expect(unsent.map(({ id, order }) => [id, order])).toEqual([
      ['c', 1],
      ['a', 2],
      ['b', 3],
    ])
    expect((await store.unsentRooms()).sort()).toEqual([roomId, 'another room'].sort())
  })

  test('what failed is remembered as failed, what is gone stays gone', async () => {
    const store = await open()
    const added = await store.addUnsent(fresh('a'))
    const failed = { ...added, failed: { reason: 'conflict' as const, detail: '' } }
    await store.putUnsent(failed)
    expect(await store.open(roomId)).toEqual({ kept: null, unsent: [failed] })
    expect(await store.unsentRooms()).toEqual([])
    await store.removeUnsent('a')
    await store.putUnsent(added)
    expect((await store.open(roomId)).unsent).toEqual([])
  })

  test('the drafts of all rooms come together', async () => {
    const store = await open()
    const draft = { text: 'half a thou', at: 1, owed: true, there: false }
    await store.keepDraft(roomId, draft)
    await store.keepDraft('another room', draft)
    await store.keepDraft('another room', null)
    expect(await store.drafts()).toEqual({ [roomId]: draft })
  })

  test('a draft gives way to what is left of it in the step in which the message is kept', async () => {
    const store = await open()
    const draft = { text: 'half a thou', at: 1, owed: false, there: true }
    const left = { text: '', at: 2, owed: true, there: true }
    await store.keepDraft(roomId, draft)
    await store.keepDraft(`${roomId}/7`, draft)
    await store.addUnsent(fresh('a'), left)
    expect(await store.drafts()).toEqual({ [roomId]: left, [`${roomId}/7`]: draft })
    const reply = fresh('b')
    await store.addUnsent({ ...reply, command: { ...reply.command, thread: 7 } as Queued })
    expect(await store.drafts()).toEqual({ [roomId]: left })
  })

  test('signing out leaves nothing', async () => {
    const store = await open()
    await store.keep(kept(1, 5))
    await store.set('rooms', [1])
    await store.addUnsent(fresh('a'))
    await store.destroy()
    const again = await open()
    expect([await again.open(roomId), await again.get('rooms')]).toEqual([{ kept: null, unsent: [] }, undefined])
  })
})

describe('a store in IndexedDB', () => {
  test('it survives its tab', async () => {
    const first = await idbStore(ada, () => 1)
    await first.keep(kept(1, 5))
    const added = await first.addUnsent(fresh('a'))
    first.close()
    const second = await idbStore(ada, () => 2)
    expect(await second.open(roomId)).toEqual({ kept: kept(1, 5), unsent: [added] })
  })

  test('two tabs never leave a hole inside what is covered', async () => {
    const [one, other] = [await idbStore(ada, () => 1), await idbStore(ada, () => 1)]
    await one.keep(kept(1, 5))
    await other.keep(kept(4, 9))
    // The first tab still believes in its own last write, and is behind.
    await one.keep(kept(1, 6))
    expect((await one.open(roomId)).kept).toEqual(kept(4, 9))
    await one.keep(kept(2, 12))
    expect((await other.open(roomId)).kept).toEqual(kept(2, 12))
  })

  test('two tabs give every unsent message its own place', async () => {
    const [one, other] = [await idbStore(ada, () => 1), await idbStore(ada, () => 1)]
    const added = await Promise.all([one.addUnsent(fresh('a')), other.addUnsent(fresh('b')), one.addUnsent(fresh('c'))])
    expect(new Set(added.map(({ order }) => order)).size).toBe(3)
  })

  test('the rooms used least lately make way', async () => {
    let now = 0
    const store = await idbStore(ada, () => ++now)
    for (let index = 0; index <= keptRooms; index++) await store.keep(kept(1, 2, { id: `room ${index}` }))
    expect((await store.open('room 0')).kept).toBe(null)
    expect((await store.open('room 1')).kept?.messages).toHaveLength(2)
  })

  test('where nothing can be kept, memory stands in and says so', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('no', 'SecurityError')
      },
    })
    expect((await openStore(ada)).durable).toBe(false)
  })

  test('[OUT1] [AC-11] an update drops what is kept of rooms, and carries over what is unsent and half written', async () => {
    const before = await openDatabase(`parley:${ada}`, 1, (db) => {
      db.createObjectStore('kv')
      db.createObjectStore('rooms', { keyPath: 'id' }).createIndex('usedAt', 'usedAt')
      db.createObjectStore('msgs')
      db.createObjectStore('outbox', { keyPath: 'id' }).createIndex('queue', ['room', 'order'])
      db.createObjectStore('drafts')
    })
    const { command: post, ...rest } = { ...fresh('a'), order: 4 }
    const { kind: _kind, thread: _thread, forwarded: _forwarded, ...body } = post as Extract<Queued, { kind: 'post' }>
    const tx = before.transaction(['outbox', 'drafts', 'kv'], 'readwrite')
    tx.objectStore('outbox').put({ ...rest, ...body })
    tx.objectStore('drafts').put('half a thou', roomId)
    tx.objectStore('kv').put([1], 'rooms')
    await written(tx)
    before.close()

    const store = await idbStore(ada, () => 1)
    expect(await store.open(roomId)).toEqual({ kept: null, unsent: [{ ...rest, command: post }] })
    expect(await store.drafts()).toEqual({ [roomId]: { text: 'half a thou', at: 0, owed: true, there: false } })
    expect(await store.get('rooms')).toBe(undefined)
    expect((await store.addUnsent(fresh('b'))).order).toBe(5)
  })

  test('a tab that signs out is not held up by another one', async () => {
    const [one, other] = [await idbStore(ada, () => 1), await idbStore(ada, () => 1)]
    await one.destroy()
    await expect(other.open(roomId)).rejects.toThrow('closed')
  })
})
