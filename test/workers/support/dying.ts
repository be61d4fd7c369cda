import { runInDurableObject } from 'cloudflare:test'
import type { Inbox } from '../../../durable-objects/inbox-object.ts'
import type { ErasureMode } from '../../../protocol/endpoints/own-data.ts'
import { inboxOf } from './objects.ts'

type Ask = (...args: never[]) => Promise<unknown>

/**
 * Begins or goes on with deleting an account, in an inbox that dies right after the first thing it asks of Postgres or of a room
 * that it has not died of before, done, before it hears of it. Answers what that was; null: there was nothing more of the kind.
 */
export async function eraseAndDie(
  person: string,
  mode: ErasureMode,
  deaths: readonly string[],
): Promise<string | null> {
  const died = Promise.withResolvers<string | null>()
  await runInDurableObject(inboxOf(person), async (object, state) => {
    const watched = (name: string, ask: Ask): Ask => {
      return async (...args) => {
        const answer = await ask(...args)
        if (deaths.includes(name)) return answer
        died.resolve(name)
        // The rest of this run hears nothing any more.
        return await new Promise(() => {})
      }
    }
    watch(object, watched)
    await object.erase(mode)
    void object['deleting'].start().then(() => died.resolve(null))
    const name = await died.promise
    if (name !== null) state.abort('killed by a test')
  }).catch((error: unknown) => {
    if (!String(error).includes('killed by a test')) throw error
  })
  return await died.promise
}

function watch(object: Inbox, watched: (name: string, ask: Ask) => Ask): void {
  const erasing = object['erasing']
  const { functions, rooms } = { functions: erasing['functions'], rooms: erasing['rooms'] }
  const call = (schema: 'public' | 'parley', name: string, args: Record<string, unknown>) =>
    watched(name, () => functions.call(schema, name, args))()
  const getByName = (id: string) => {
    const room = rooms.getByName(id)
    return {
      eraseAccount: watched('eraseAccount', (...args: Parameters<typeof room.eraseAccount>) =>
        room.eraseAccount(...args),
      ),
      handOver: watched(`handOver ${id}`, (...args: Parameters<typeof room.handOver>) => room.handOver(...args)),
      delete: watched(`delete ${id}`, (...args: Parameters<typeof room.delete>) => room.delete(...args)),
      refreshMembers: () => room.refreshMembers(),
    }
  }
  Object.assign(erasing, { functions: { call }, rooms: { getByName } })
}
