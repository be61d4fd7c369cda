import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { endOf, memoryStore } from './memory-store.ts'
import type { Unsent } from './command.ts'
import { carried, carriedDraft } from './carried.ts'
import { covers } from './ranges.ts'
import { composerOf, keptRooms, type Kept, type KeptDraft, type KeptRoom, type Store } from './store.ts'
import type { Message } from './wire.ts'

interface Schema extends DBSchema {
  kv: { key: string; value: unknown }
  /** `stamp` names the write, so that a tab notices that another one has written since. */
  rooms: { key: string; value: KeptRoom & { stamp: string; usedAt: number }; indexes: { usedAt: number } }
  msgs: { key: [room: string, seq: number]; value: Message }
  outbox: { key: string; value: Unsent; indexes: { queue: [room: string, order: number] } }
  /** A text alone is what older versions kept. */
  drafts: { key: string; value: KeptDraft | string }
}

// Raised when what is kept changes its shape: caches are dropped then, the outbox and the drafts are carried over.
const version = 2

/** How long a database may take to open before the client goes on without it. */
const openWithinMs = 3_000

/** What is kept for this person, or in memory where the browser keeps nothing (a private window, a full disk). */
export async function openStore(person: string, now: () => number = Date.now): Promise<Store> {
  if (typeof indexedDB === 'undefined') return memoryStore()
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise<Store>((resolve) => {
    timer = setTimeout(() => resolve(memoryStore()), openWithinMs)
  })
  const opening = idbStore(person, now)
  const store = await Promise.race([opening.catch(() => memoryStore()), patience])
  clearTimeout(timer)
  // It may still open after nobody waits for it any more.
  if (!store.durable) void opening.then((late) => late.close()).catch(() => {})
  return store
}

/** A store in IndexedDB. Rejects when the browser does not let it open. */
export async function idbStore(person: string, now: () => number): Promise<Store> {
  const name = `parley:${person}`
  // What this tab wrote last of each room, to write only what changed since.
  const written = new Map<string, { stamp: string; epoch: number | null; revs: Map<number, number>; lowest: number }>()
  let over = false
  let opening: Promise<IDBPDatabase<Schema>> | null = null

  function database(): Promise<IDBPDatabase<Schema>> {
    if (over) return Promise.reject(new Error('The store is closed.'))
    opening ??= openDB<Schema>(name, version, {
      async upgrade(db, _from, _to, tx) {
        for (const cache of ['kv', 'rooms', 'msgs'] as const) {
          if (db.objectStoreNames.contains(cache)) db.deleteObjectStore(cache)
        }
        db.createObjectStore('kv')
        db.createObjectStore('rooms', { keyPath: 'id' }).createIndex('usedAt', 'usedAt')
        db.createObjectStore('msgs')
        if (!db.objectStoreNames.contains('outbox')) {
          db.createObjectStore('outbox', { keyPath: 'id' }).createIndex('queue', ['room', 'order'])
        }
        if (!db.objectStoreNames.contains('drafts')) db.createObjectStore('drafts')
        const outbox = tx.objectStore('outbox')
        for (const unsent of await outbox.getAll()) void outbox.put(carried(unsent))
      },
      // Another tab deletes or upgrades it: this one must let go, or that one waits for ever.
      blocking: close,
      // The browser took it away (storage pressure, a crash of its own): the next call opens it again.
      terminated() {
        opening = null
      },
    })
    return opening
  }

  function close(): void {
    over = true
    void opening?.then((db) => db.close())
  }

  const wholeRoom = (room: string) => IDBKeyRange.bound([room, 0], [room, Infinity])
  const wholeQueue = (room: string) => IDBKeyRange.bound([room, -Infinity], [room, Infinity])

  async function keep({ room, messages }: Kept): Promise<void> {
    const tx = (await database()).transaction(['rooms', 'msgs'], 'readwrite')
    const rooms = tx.objectStore('rooms')
    const msgs = tx.objectStore('msgs')
    const held = await rooms.get(room.id)
    const mine = written.get(room.id)
    const lowest = messages[0]?.seq ?? 0
    const stamp = crypto.randomUUID()
    if (!held || !mine || held.stamp !== mine.stamp || mine.epoch !== room.epoch || mine.lowest > lowest) {
      if (held && held.epoch === room.epoch && endOf({ room: held }) > endOf({ room })) return tx.done
      void msgs.delete(wholeRoom(room.id))
      for (const message of messages) void msgs.put(message, [room.id, message.seq])
    } else {
      if (mine.lowest < lowest) void msgs.delete(IDBKeyRange.bound([room.id, 0], [room.id, lowest], false, true))
      for (const message of messages) {
        if (mine.revs.get(message.seq) !== message.rev) void msgs.put(message, [room.id, message.seq])
      }
    }
    void rooms.put({ ...room, stamp, usedAt: now() })
    if (!held) {
      const ids = await rooms.index('usedAt').getAllKeys()
      for (const id of ids.slice(0, Math.max(0, ids.length - keptRooms))) {
        void rooms.delete(id)
        void msgs.delete(wholeRoom(id))
      }
    }
    await tx.done
    const revs = new Map(messages.map((message) => [message.seq, message.rev]))
    written.set(room.id, { stamp, epoch: room.epoch, revs, lowest })
  }

  await database()

  return {
    durable: true,
    get: async (key) => (await database()).get('kv', key),
    set: async (key, value) => void (await (await database()).put('kv', value, key)),
    async open(id) {
      const tx = (await database()).transaction(['rooms', 'msgs', 'outbox'])
      const [held, messages, unsent] = await Promise.all([
        tx.objectStore('rooms').get(id),
        tx.objectStore('msgs').getAll(wholeRoom(id)),
        tx.objectStore('outbox').index('queue').getAll(wholeQueue(id)),
      ])
      if (!held) return { kept: null, unsent }
      const { stamp: _stamp, usedAt: _usedAt, ...room } = held
      return { kept: { room, messages: messages.filter(({ seq }) => covers(room.covered, seq)) }, unsent }
    },
    keep,
    async forget(id) {
      const tx = (await database()).transaction(['rooms', 'msgs'], 'readwrite')
      void tx.objectStore('rooms').delete(id)
      void tx.objectStore('msgs').delete(wholeRoom(id))
      await tx.done
    },
    async addUnsent(fresh, left = null) {
      const tx = (await database()).transaction(['outbox', 'drafts'], 'readwrite', { durability: 'strict' })
      const outbox = tx.objectStore('outbox')
      const last = await outbox.index('queue').openCursor(wholeQueue(fresh.room), 'prev')
      const added = { ...fresh, order: (last?.value.order ?? 0) + 1 }
      void outbox.put(added)
      const composer = composerOf(fresh)
      const drafts = tx.objectStore('drafts')
      if (composer !== null) void (left ? drafts.put(left, composer) : drafts.delete(composer))
      await tx.done
      return added
    },
    async putUnsent(changed) {
      const tx = (await database()).transaction('outbox', 'readwrite', { durability: 'strict' })
      if (await tx.store.getKey(changed.id)) void tx.store.put(changed)
      await tx.done
    },
    removeUnsent: async (id) => (await database()).delete('outbox', id),
    async unsentRooms() {
      const all = await (await database()).getAll('outbox')
      return [...new Set(all.filter((one) => !one.failed).map((one) => one.room))]
    },
    async drafts() {
      const tx = (await database()).transaction('drafts')
      const [keys, drafts] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()])
      return Object.fromEntries(keys.map((key, index) => [key, carriedDraft(drafts[index]!)]))
    },
    async keepDraft(key, draft) {
      const db = await database()
      await (draft ? db.put('drafts', draft, key) : db.delete('drafts', key))
    },
    close,
    async destroy() {
      close()
      await opening?.catch(() => {})
      await deleteDB(name)
    },
  }
}
