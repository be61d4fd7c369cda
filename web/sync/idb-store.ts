import { endOf, memoryStore } from './memory-store.ts'
import type { Unsent } from './command.ts'
import { carried, carriedDraft } from './carried.ts'
import { answer, openDatabase, written } from './idb.ts'
import { covers } from './ranges.ts'
import { composerOf, keptRooms, type Kept, type KeptDraft, type KeptRoom, type Store } from './store.ts'
import type { Message } from './wire.ts'

/** A room as it is kept. `stamp` names the write, so that a tab notices that another one has written since. */
type Room = KeptRoom & { stamp: string; usedAt: number }

/** A draft as it is kept: a text alone is what older versions kept. */
type Draft = KeptDraft | string

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
  const last = new Map<string, { stamp: string; epoch: number | null; revs: Map<number, number>; lowest: number }>()
  let over = false
  let opening: Promise<IDBDatabase> | null = null

  function database(): Promise<IDBDatabase> {
    if (over) return Promise.reject(new Error('The store is closed.'))
    return (opening ??= open())
  }

  async function open(): Promise<IDBDatabase> {
    const db = await openDatabase(name, version, upgrade)
    // Another tab deletes or upgrades it: this one must let go, or that one waits for ever.
    db.addEventListener('versionchange', close)
    // The browser took it away (storage pressure, a crash of its own): the next call opens it again.
    db.addEventListener('close', () => {
      opening = null
    })
    return db
  }

  function close(): void {
    over = true
    void opening?.then(
      (db) => db.close(),
      () => {},
    )
  }

  /** The stores of one transaction, and its end. */
  async function within<Name extends string>(names: Name[], mode: IDBTransactionMode = 'readonly', strict = false) {
    const tx = (await database()).transaction(names, mode, strict ? { durability: 'strict' } : undefined)
    const stores = Object.fromEntries(names.map((one) => [one, tx.objectStore(one)])) as Record<Name, IDBObjectStore>
    const done = written(tx)
    // Who only reads, or failed before, does not wait for the end.
    done.catch(() => {})
    return { ...stores, done }
  }

  const wholeRoom = (room: string) => IDBKeyRange.bound([room, 0], [room, Infinity])
  const wholeQueue = (room: string) => IDBKeyRange.bound([room, -Infinity], [room, Infinity])

  async function keep({ room, messages }: Kept): Promise<void> {
    const { rooms, msgs, done } = await within(['rooms', 'msgs'], 'readwrite')
    const held = await answer<Room | undefined>(rooms.get(room.id))
    const mine = last.get(room.id)
    const lowest = messages[0]?.seq ?? 0
    const stamp = crypto.randomUUID()
    if (!held || !mine || held.stamp !== mine.stamp || mine.epoch !== room.epoch || mine.lowest > lowest) {
      if (held && held.epoch === room.epoch && endOf({ room: held }) > endOf({ room })) return done
      msgs.delete(wholeRoom(room.id))
      for (const message of messages) msgs.put(message, [room.id, message.seq])
    } else {
      if (mine.lowest < lowest) msgs.delete(IDBKeyRange.bound([room.id, 0], [room.id, lowest], false, true))
      for (const message of messages) {
        if (mine.revs.get(message.seq) !== message.rev) msgs.put(message, [room.id, message.seq])
      }
    }
    rooms.put({ ...room, stamp, usedAt: now() })
    if (!held) {
      const ids = (await answer(rooms.index('usedAt').getAllKeys())) as unknown as string[]
      for (const id of ids.slice(0, Math.max(0, ids.length - keptRooms))) {
        rooms.delete(id)
        msgs.delete(wholeRoom(id))
      }
    }
    await done
    const revs = new Map(messages.map((message) => [message.seq, message.rev]))
    last.set(room.id, { stamp, epoch: room.epoch, revs, lowest })
  }

  await database()

  return {
    durable: true,
    get: async (key) => answer<unknown>((await within(['kv'])).kv.get(key)),
    async set(key, value) {
      const { kv, done } = await within(['kv'], 'readwrite')
      kv.put(value, key)
      await done
    },
    async open(id) {
      const { rooms, msgs, outbox } = await within(['rooms', 'msgs', 'outbox'])
      const [held, messages, unsent] = await Promise.all([
        answer<Room | undefined>(rooms.get(id)),
        answer<Message[]>(msgs.getAll(wholeRoom(id))),
        answer<Unsent[]>(outbox.index('queue').getAll(wholeQueue(id))),
      ])
      if (!held) return { kept: null, unsent }
      const { stamp: _stamp, usedAt: _usedAt, ...room } = held
      return { kept: { room, messages: messages.filter(({ seq }) => covers(room.covered, seq)) }, unsent }
    },
    keep,
    async forget(id) {
      const { rooms, msgs, done } = await within(['rooms', 'msgs'], 'readwrite')
      rooms.delete(id)
      msgs.delete(wholeRoom(id))
      await done
    },
    async addUnsent(fresh, left = null) {
      const { outbox, drafts, done } = await within(['outbox', 'drafts'], 'readwrite', true)
      const tail = await answer(outbox.index('queue').openCursor(wholeQueue(fresh.room), 'prev'))
      const added: Unsent = { ...fresh, order: ((tail?.value as Unsent | undefined)?.order ?? 0) + 1 }
      outbox.put(added)
      const composer = composerOf(fresh)
      if (composer !== null) put(drafts, composer, left)
      await done
      return added
    },
    async putUnsent(changed) {
      const { outbox, done } = await within(['outbox'], 'readwrite', true)
      if (await answer(outbox.getKey(changed.id))) outbox.put(changed)
      await done
    },
    async removeUnsent(id) {
      const { outbox, done } = await within(['outbox'], 'readwrite')
      outbox.delete(id)
      await done
    },
    async unsentRooms() {
      const all = await answer<Unsent[]>((await within(['outbox'])).outbox.getAll())
      return [...new Set(all.filter((one) => !one.failed).map((one) => one.room))]
    },
    async drafts() {
      const { drafts } = await within(['drafts'])
      const [keys, texts] = await Promise.all([answer(drafts.getAllKeys()), answer<Draft[]>(drafts.getAll())])
      return Object.fromEntries(keys.map((key, index) => [key as string, carriedDraft(texts[index]!)]))
    },
    async keepDraft(key, draft) {
      const { drafts, done } = await within(['drafts'], 'readwrite')
      put(drafts, key, draft)
      await done
    },
    close,
    async destroy() {
      close()
      await opening?.catch(() => {})
      await answer(indexedDB.deleteDatabase(name))
    },
  }
}

/** Makes the stores that are missing: the caches anew, while the outbox and the drafts are carried over. */
function upgrade(db: IDBDatabase, tx: IDBTransaction): void {
  for (const cache of ['kv', 'rooms', 'msgs']) if (db.objectStoreNames.contains(cache)) db.deleteObjectStore(cache)
  db.createObjectStore('kv')
  db.createObjectStore('rooms', { keyPath: 'id' }).createIndex('usedAt', 'usedAt')
  db.createObjectStore('msgs')
  if (!db.objectStoreNames.contains('outbox')) {
    db.createObjectStore('outbox', { keyPath: 'id' }).createIndex('queue', ['room', 'order'])
  }
  if (!db.objectStoreNames.contains('drafts')) db.createObjectStore('drafts')
  const outbox = tx.objectStore('outbox')
  const all: IDBRequest<Unsent[]> = outbox.getAll()
  all.addEventListener('success', () => all.result.forEach((unsent) => outbox.put(carried(unsent))))
}

function put(drafts: IDBObjectStore, key: string, draft: KeptDraft | null): void {
  if (draft) drafts.put(draft, key)
  else drafts.delete(key)
}
