/** Every number that two places must agree on. SQL and docs are checked against this page. */
export const limits = {
  /** UTF-8 bytes of one message's text; SQL says octet_length(content) <= 16384. */
  textBytes: 16_384,
  /** UTF-8 bytes of one inbound socket frame. */
  frameBytes: 65_536,
  /** Mentions in one message. */
  mentions: 64,
  /** UTF-8 bytes of a reaction. */
  emojiBytes: 64,
  /** Attachments of one message, and the longest name and largest file among them. */
  attachments: 10,
  fileName: 255,
  attachmentBytes: 2_147_483_648,
  /** Earlier texts of a message that are kept. */
  earlierTexts: 10,
  /** Characters in a room's description. */
  roomDescription: 2_000,
  /** The longest pause that slow mode asks for between two messages of a person. */
  slowModeSeconds: 21_600,
  /** Characters in a room's name. */
  roomName: 100,
  /** Characters in a person's display name. */
  personName: 64,
  /** Characters in a password, at least and at most. */
  passwordMin: 8,
  passwordMax: 72,
  /** Members in one room. */
  roomMembers: 1_000,
  /** Rooms that one person is in, and owns. */
  rooms: 2_000,
  roomsOwned: 500,
  /** Links of a room that open something, and how long one may live that ends at all. */
  roomLinks: 100,
  linkMaxSeconds: 31_536_000,
  /** Rooms at which one person waits to be let in. */
  joinRequests: 20,
  /** Characters in a room's passcode, at least and at most. */
  passcodeMin: 4,
  passcodeMax: 64,
  /** Rows in one page of a list, unless asked otherwise, and at most. */
  listPage: 50,
  listPageMax: 200,
  /** Messages in one page of history, unless more are asked for, and at most. */
  page: 50,
  pageMost: 200,
  /** Characters of what is searched for, and its words. */
  searchText: 400,
  searchTerms: 20,
  /** Letters in front of a `*` at least. */
  searchPrefix: 2,
  /** Results in one page of a search, unless more are asked for, and at most. */
  searchPage: 20,
  searchPageMost: 50,
  /** 3 s: whoever would wait for longer narrows the search. */
  searchMs: 3_000,
  /** Characters of a message that a result shows. */
  snippet: 200,
  /** Letters of a name that people are looked up by, at least. */
  nameLetters: 2,
  /** Rows in one list. */
  list: 1_000,
  /** Pinned messages in one list. */
  pins: 100,
  /** A client further behind than this gets `reset` and loads the tail. */
  resumeMessages: 2_000,
  /** Bytes in one chunk of catch-up. */
  chunkBytes: 262_144,
  /** Messages in one chunk of catch-up. */
  chunkMessages: 500,
  /** Events in one call of ingest_batch. */
  ingestEvents: 500,
  /** Marks in one call of ingest_batch. */
  ingestMarks: 5_000,
  /** Messages in one import request. */
  importMessages: 500,
  /** Events that start a flush at once. */
  flushEvents: 100,
  /** How long an event waits for company before it is flushed. */
  flushAfterMs: 200,
  /** Unflushed events beyond which a room refuses posts as busy. */
  backlogEvents: 1_000_000,
  /** How far a new epoch lifts the head at least: above the backlog limit, so no seq is used twice. */
  epochLift: 2_097_152,
  /** 6 s: long enough to think between words, short enough not to lie. */
  typingLeaseMs: 6_000,
  /** What room lists are told of one person's typing in a burst, and the rate that refills it: each time wakes inboxes. */
  typingBurst: 10,
  typingPerSecond: 1,
  /** A typist is announced at most this often. */
  typingEveryMs: 3_000,
  /** A client says ping this often. */
  pingEveryMs: 25_000,
  /** No sign of life for this long: the person is no longer here. */
  hereLeaseMs: 45_000,
  /** Presence is swept at most this often. */
  presenceSweepMs: 60_000,
  /** Marks are broadcast at most this often. */
  marksEveryMs: 100,
  /** Messages a person may post in a burst, and the rate that refills it. */
  paceBurst: 40,
  pacePerSecond: 10,
  /** Frames that a person may send in a burst, and the rate that refills it: far above what catching up takes. */
  frameBurst: 600,
  framesPerSecond: 60,
  /** The author of a deleted message may take the deletion back for this long. */
  undeleteMs: 60_000,
  /** People who are named beside a reaction; its count says how many there are. */
  reactionPeople: 20,
  /** Changes of members in one request. */
  memberChanges: 100,
  /** The log keeps at least so many events, and none younger than this is dropped. */
  logEvents: 5_000,
  logMs: 7 * 86_400_000,
  /** Disappearing messages are taken out at most this often; clients hide them at the exact time. */
  expireEveryMs: 300_000,
  /** A device reports what it has applied after so many frames or bytes, and otherwise at most once a second. */
  reportFrames: 64,
  reportBytes: 262_144,
  reportEveryMs: 1_000,
  /** A socket this far behind what it was sent gets no more live frames until it resumes. */
  lagFrames: 256,
  lagBytes: 1_048_576,
  /** One that does not resume within this is closed with 4408. */
  lagMs: 30_000,
  /** With more viewers than this, who is here is not told, and of typists only how many there are. */
  crowdedViewers: 100,
  /** With more events a second or more sockets than this, live frames are sent together, at most this often. */
  busyPerSecond: 20,
  busySockets: 200,
  busyFrameMs: 50,
  /** How many are writing is told at most this often, and marks in a room with too many viewers to name. */
  typistsEveryMs: 1_000,
  crowdedMarksEveryMs: 5_000,
  /** A renewal ticket lives this long. */
  renewalMs: 60_000,
  /** A socket outlives its session by this much, then closes with 4401. */
  sessionSlackMs: 60_000,
  /** Characters in what someone says when they ask to join. */
  joinNote: 280,
  /** Characters in a device's name. */
  deviceName: 100,
  /** Rounds of PBKDF2 for a passcode: the most that Cloudflare lets a worker ask for, the fewest that SQL takes. */
  passcodeIterations: 100_000,
  /** While Auth is away a session lives on in steps of this length. */
  graceMs: 10 * 60_000,
  /** An access token that ended longer ago than this gets no grace. */
  graceReachMs: 4 * 3_600_000,
  /** Wrong passwords or codes for one address in a row, and how soon each is forgiven: a code of six digits lives an hour. */
  credentialTries: 10,
  credentialTryMs: 60_000,
  /** Mails to one address in a row, and how soon there may be another one. */
  mailsAtOnce: 5,
  mailEveryMs: 120_000,
  /** A refused sign-in takes this long at least: longer than comparing a password, which nobody without an account has. */
  refusedSignInMs: 500,
  /** Where e-mail is confirmed first, signing up takes exactly this long, whether the address has an account or not. */
  signUpMs: 1_500,
  /** A session that came from a recovery sets a new password without the old one for this long. */
  recoveredMs: 15 * 60_000,
  /** A session that was ended is remembered for this long: a token of a hosted project lives a week at most. */
  endedMs: 8 * 86_400_000,
  /** Who signed in by a mailed code or link deletes their account without a password for this long. */
  mailedMs: 10 * 60_000,
  /**
   * Rows in one page of an export, and rows that are looked at and rooms that are asked of for one page: what is held at
   * once. Cloudflare lets one request make 1,000; 2,000 rooms in which somebody wrote little take 20.
   */
  exportRows: 1_000,
  exportScan: 20_000,
  exportRooms: 100,
  /** A ticket opens a socket for this long: an embedder fetches it and connects at once. */
  ticketMs: 30_000,
  /** Unread messages of a room are counted up to this. */
  unreadCap: 1_000,
  /** Characters of the newest message that a list shows. */
  preview: 200,
  /** A room tells inboxes what is new at most this often; what comes first is told at once. */
  bumpEveryMs: 500,
  /** In rooms with more members than this inboxes hear of mentions alone, and read the rest from Postgres this often. */
  bumpMembers: 1_000,
  largeRoomEveryMs: 60_000,
  /** Rooms in one person's list, and in one frame of it. */
  inboxRooms: 2_000,
  inboxChunkRooms: 200,
  /** Typing reaches the room lists of members in rooms up to this size. */
  listTypingMembers: 32,
  /** Drafts that an inbox keeps for a person's devices. */
  drafts: 200,
  /** Characters in what someone says of themself. */
  statusText: 100,
  /** People that one device watches at once. */
  watched: 200,
  /** Someone is online once they have been here for so long. They are offline `hereLeaseMs` after the last sign of life. */
  onlineAfterMs: 1_000,
  /** Being online is a lease in Postgres, too, renewed this often while a device is connected. */
  presenceLeaseMs: 120_000,
  presenceRenewMs: 90_000,
  /** A call rings for so long, in rooms with at most so many members. */
  ringMs: 30_000,
  ringMembers: 32,
  /** Calls that a person may start in one room in a burst, and the rate that refills it. */
  callBurst: 5,
  callsPerSecond: 0.1,
  /** A call that nobody ends is over after this long. */
  callMs: 12 * 3_600_000,
  /** A call that rings and in whose meeting nobody is any more is taken back after this long: whoever reloads is back by then. */
  callEmptyMs: 5_000,
  /** Characters in a meeting's title, its description, and the name under which a guest comes. */
  meetingTitle: 200,
  meetingDescription: 4_000,
  guestName: 60,
  /** People in one meeting, those who wait among them; a meeting may set a lower number. */
  meetingPeople: 1_000,
  meetingCapacity: 100,
  /** Who wait at once. */
  meetingWaiting: 200,
  /** Links of one meeting that are open, and how long one lives unless it says otherwise. */
  meetingLinks: 20,
  meetingLinkLifeMs: 30 * 86_400_000,
  /** Meetings that one person has planned and that are to come. */
  meetingsPlanned: 500,
  /** People and addresses that one meeting invites. */
  meetingInvitations: 200,
  /** A media token opens the media server for so long; whoever is connected gets new ones from it. */
  mediaTokenMs: 60_000,
  /** Nobody is in a meeting any more: it ends after this long, since whoever reloads is back by then. */
  meetingEmptyMs: 60_000,
  /** What the media server says is compared with who was let in so often while someone is there. */
  reconcileEveryMs: 10_000,
  /** A guest's cookie opens its meeting for so long. */
  guestMs: 24 * 3_600_000,
  /** People whom one person blocks. */
  blocked: 1_000,
  /** A join link lives this long unless it says otherwise. */
  linkLifeMs: 7 * 86_400_000,
  /** Characters in an Idempotency-Key. */
  idempotencyKey: 128,
  /** Keys that are kept for a person, and for how long. One whose request never ended is free again after the lease. */
  idempotencyKeys: 10_000,
  idempotencyMs: 86_400_000,
  idempotencyLeaseMs: 60_000,
} as const

/**
 * Requests that one address, and one person, may make in a period by an endpoint's pace; beyond them `slow_down`. An
 * address is a household or an office, so it has several times a person's. wrangler.toml says the same.
 */
export const requestLimits = {
  /** A page that opens asks for a dozen things; reading back through history for some 5 a second. */
  read: { address: 3_000, person: 600, periodSeconds: 10 },
  write: { address: 1_000, person: 200, periodSeconds: 10 },
  /** Search while one types, exports, reports: what makes Postgres work. */
  costly: { address: 300, person: 60, periodSeconds: 10 },
  /** Passwords, codes and keys: enough for an office that signs in at nine, too few for guessing. */
  credentials: { address: 120, person: 30, periodSeconds: 60 },
} as const
