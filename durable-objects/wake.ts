import { limits } from '../protocol/limits.ts'
import type { Database } from './outbox/database.ts'
import type { Log } from './storage/log.ts'
import type { RoomRecord } from './storage/record.ts'

/** Spine rows in one page: the most that the Data API returns at once. */
const spinePage = limits.list

/**
 * Gives an object with empty storage its room back: a new epoch, the members, and the spine, so that an id that was
 * used once stays used. The log begins after what Postgres holds, with what an ended epoch left behind. False when
 * there is no such room.
 */
export async function wake(
  id: string,
  database: Database,
  log: Log,
  record: RoomRecord,
  storage: DurableObjectStorage,
): Promise<boolean> {
  const claim = await database.claimEpoch(id)
  if (!claim) return false
  const state = await database.roomState(id)
  if (!state) return false
  let after = 0
  while (true) {
    const page = await database.spine(id, after, spinePage)
    storage.transactionSync(() => {
      for (const row of page) log.remember(row)
    })
    if (page.length < spinePage) break
    after = page.at(-1)!.seq
  }
  storage.transactionSync(() => {
    record.begin(state, claim.epoch, claim.lastSeq, Date.now())
    log.takeUp(claim.lastSeq)
  })
  return true
}
