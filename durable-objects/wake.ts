import type { RoomFacts } from '../protocol/downstream.ts'
import { factsOf } from '../protocol/fold.ts'
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
  const claimedAt = Date.now()
  // A wake that failed halfway read another state of the database: it may have been restored since.
  storage.transactionSync(() => log.forget())
  let after = 0
  while (true) {
    const page = await database.spine(id, after, pageRows)
    storage.transactionSync(() => {
      for (const { deletedAt, thread = null, expiresAt = null, mentions = [], ...row } of page) {
        log.remember({ ...row, thread, expiresAt, mentions, deleted: deletedAt !== undefined })
      }
    })
    if (page.length < pageRows) break
    after = page.at(-1)!.seq
  }
  for (let from: number | null = 0; from !== null;) {
    const { commands, next } = await database.commands(id, from, pageRows)
    storage.transactionSync(() => {
      for (const { id: command, seq, hash } of commands) log.rememberCommand(command, seq, hash, claimedAt)
    })
    from = next
  }
  // Room lists show the newest message, and what came along changes others.
  const targets = [...new Set([...log.carriedTargets(), log.newest() ?? []].flat())]
  for (let i = 0; i < targets.length; i += statesAtOnce) {
    const rows = await database.messageStates(id, targets.slice(i, i + statesAtOnce))
    storage.transactionSync(() => {
      for (const row of rows) log.putRow(row)
    })
  }
  storage.transactionSync(() => {
    record.begin(state, claim.epoch, claim.lastSeq, claimedAt)
    for (const { person, mode, rev, at } of state.unfinished) {
      if (person && mode && rev !== undefined) record.addErasing({ person, mode, seq: rev, at: at ?? claimedAt })
    }
    // Postgres has yet to hear of these: what they say of the room itself is not in what it told.
    let facts = state.room
    for (const event of log.takeUp(claim.lastSeq)) {
      facts = { ...facts, ...factsOf(event) } as RoomFacts
      if (event.kind !== 'account_erased') continue
      record.addErasing(event)
      record.removeMember(event.person)
    }
    record.setFacts(facts)
  })
  return true
}
