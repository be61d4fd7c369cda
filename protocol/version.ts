/** The version of the socket protocol that this build speaks. A wire change raises it and adds a line to the ledger. */
export const protocolVersion = 5

/** The oldest version that a room still answers; older clients are closed with 4426. */
export const oldestVersion = 2

/** What each version brought, oldest first, and the hash of its schemas, which a test computes. */
export const ledger: readonly { version: number; brought: string; wire: string }[] = [
  {
    version: 1,
    brought: 'posts, acks, changes with covered ranges, marks, typing, who is here',
    wire: '902bfe9ef9676ba1',
  },
  {
    version: 2,
    brought:
      'edits, deletions, reactions, pins, threads, changes of the room and of members, marks as unread, behind and lagging',
    wire: '23cc50cdd2233a4e',
  },
  {
    version: 3,
    brought: 'the inbox: room list, drafts, presence, ringing; how a call ended',
    wire: 'a2f449cf09016b9d',
  },
  {
    version: 4,
    brought: 'calls that are meetings: the live call with who is in it, and what its guests read and write',
    wire: '848e732ba878d68f',
  },
  {
    version: 5,
    brought: 'what becomes of meetings to which someone is invited, in their inbox',
    wire: '427a290147a9667b',
  },
]
