import type { Times } from '../room/crowd.ts'

/** What bench/inbox-load.ts is to do: hear of messages in many inboxes, or open one inbox again and again. */
export type Job = Bumps | Lists

/** Everyone of `seats` has an inbox open; the first one posts into a room of all of them. */
export type Bumps = {
  t: 'bumps'
  /** The page's address, and the room. */
  url: string
  room: string
  seats: readonly string[]
  everyMs: number
  posts: number
}

/** One person opens their list. */
export type Lists = { t: 'lists'; url: string; token: string; times: number; expected: Expected }

/** What the list must say to be the right one: the rooms, and what is unread in each. */
export type Expected = readonly { room: string; unread: number }[]

/** From sending a message until half and until the last of the inboxes told their device. */
export type BumpsSeen = { t: 'bumps'; posts: number; half: Times; last: Times; frames: number; connectMs: number }

/** From opening the socket, or asking, until the whole list is there. `wrong`: how many lists were not the right one. */
export type ListsSeen = {
  t: 'lists'
  first: number
  whole: Times
  resumed: Times
  asked: Times
  wrong: number
  bytes: number
}
