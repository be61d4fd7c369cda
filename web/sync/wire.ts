export type { Downstream, Marks, Member, RoomFacts } from '../../protocol/downstream.ts'
export type { Message } from '../../protocol/events.ts'
export type { RefusalReason } from '../../protocol/refusals.ts'
