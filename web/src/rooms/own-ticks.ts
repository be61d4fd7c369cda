import { createStore } from 'zustand/vanilla'
import { tickOf } from '../../sync/tick.ts'
import type { StoreApi } from 'zustand/vanilla'
import type { RoomView, Tick } from '../../sync/types.ts'

/** How far my last message in a room has come. */
interface OwnTick {
  seq: number
  tick: Tick
}

/**
 * How far the last message of a room has come, where it is mine and this tab knows: rooms tell it to whom has them open.
 * What everyone has read stays read; anything less is forgotten with the room.
 */
export const ownTicks = createStore<Readonly<Record<string, OwnTick>>>(() => ({}))

/** Takes over what an open room knows. Answers how to stop. */
export function followTick(view: StoreApi<RoomView>): () => void {
  const { roomId } = view.getState()
  const hear = (now: RoomView) => note(roomId, lastOwn(now))
  hear(view.getState())
  const stop = view.subscribe((now, before) => {
    if (now.rows !== before.rows || now.members !== before.members) hear(now)
  })
  return () => {
    stop()
    if (ownTicks.getState()[roomId]?.tick !== 'read') note(roomId, null)
  }
}

function note(room: string, own: OwnTick | null): void {
  const { [room]: before, ...others } = ownTicks.getState()
  if (before?.seq === own?.seq && before?.tick === own?.tick) return
  ownTicks.setState(own === null ? others : { ...others, [room]: own }, true)
}

function lastOwn({ rows, me, members }: RoomView): OwnTick | null {
  const last = rows.findLast((row) => row.state === 'gap' || (row.state === 'confirmed' && row.message.system === null))
  if (last?.state !== 'confirmed' || last.message.by !== me || last.message.deleted) return null
  return { seq: last.message.seq, tick: tickOf(last.message.seq, me, members) }
}
