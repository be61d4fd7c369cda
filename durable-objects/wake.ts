import { limits } from '../protocol/limits.ts'
import type { Book } from './book.ts'
import type { Database } from './outbox/database.ts'

/** Rows in one page: the most that the Data API returns at once. */
const pageRows = limits.list

/** States of messages that are read at once. */
const statesAtOnce = 500

/**
 * Gives an object with empty storage its room back: a new epoch, the members, and the spine, so that an id that was
 * used once stays used. The log begins after what Postgres holds, with what an ended epoch left behind. False when
 * there is no such room.
 */
export async function wake(
  { id, log, record }: Book,
  database: Database,
  storage: DurableObjectStorage,
): Promise<boolean> {
  const claim = await database.claimEpoch(id)
  if (!claim) return false
  const state = await database.roomState(id)
  if (!state) return false
  let after = 0
  while (true) {
    const page = await database.spine(id, after, pageRows)
    storage.transactionSync(() => {
      for (const row of page) log.remember(row)
    })
    if (page.length < pageRows) break
    after = page.at(-1)!.seq
  }
  const targets = log.carriedTargets()
  for (let i = 0; i < targets.length; i += statesAtOnce) {
    const rows = await database.messageStates(id, targets.slice(i, i + statesAtOnce))
    storage.transactionSync(() => {
      for (const row of rows) log.putRow(row)
    })
  }
  storage.transactionSync(() => {
    record.begin(state, claim.epoch, claim.lastSeq, Date.now())
    log.takeUp(claim.lastSeq)
  })
  return true
}
