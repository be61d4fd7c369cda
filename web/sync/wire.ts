import type { Downstream } from '../../protocol/downstream.ts'

export type { Downstream, Marks, Member, Role, RoomCall, RoomFacts, UnreadMark } from '../../protocol/downstream.ts'
export type { Erasure, Expiry, Message, Reaction } from '../../protocol/message.ts'
export type { RefusalReason } from '../../protocol/refusals.ts'

export type Welcome = Extract<Downstream, { t: 'welcome' }>
export type Changes = Extract<Downstream, { t: 'changes' }>
export type Ack = Extract<Downstream, { t: 'ack' }>
export type Reset = Extract<Downstream, { t: 'reset' }>
export type Refused = Extract<Downstream, { t: 'refused' }>
