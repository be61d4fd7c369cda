import { closeCodes } from '../protocol/close-codes.ts'
import { limits } from '../protocol/limits.ts'
import type { Hello } from '../protocol/upstream.ts'
import { oldestVersion, protocolVersion } from '../protocol/version.ts'
import type { Book } from './book.ts'
import type { Crowd } from './crowd.ts'
import type { Feed } from './feed.ts'
import type { Reading } from './reading.ts'
import { shownCall } from './room/call.ts'
import { catchUp } from './room/catch-up.ts'
import { seenBy } from './room/room.ts'
import { attach, attached, type Attachment, type Sockets } from './sockets.ts'

/** How a socket gets from what its client holds to what the room has. Each answer is one synchronous step. */
export class Resume {
  private readonly book: Book
  private readonly sockets: Sockets
  private readonly crowd: Crowd
  private readonly feed: Feed
  private readonly reading: Reading

  constructor(parts: { book: Book; sockets: Sockets; crowd: Crowd; feed: Feed; reading: Reading }) {
    const { book, sockets, crowd, feed, reading } = parts
    this.book = book
    this.sockets = sockets
    this.crowd = crowd
    this.feed = feed
    this.reading = reading
  }

  hello(socket: WebSocket, hello: Hello): void {
    if (hello.v < oldestVersion || hello.v > protocolVersion) {
      return socket.close(closeCodes.clientTooOld, `This room speaks version ${protocolVersion}.`)
    }
    this.reading.settle()
    const room = this.book.awake()
    const now = Date.now()
    const { lagsSince: _over, historyFrom: _then, ...before } = attached(socket)
    const { facts, epoch, head, floor, membersVersion, members } = room
    const me = members.get(before.person)!
    const { historyFrom } = me
    // Nothing of what was said before their history begins is sent, however it changes.
    const from = Math.max(hello.from, historyFrom + 1)
    const attachment = { ...before, live: false, from, seenAt: now, ...(historyFrom > 0 && { historyFrom }) }
    attach(socket, attachment)
    this.sockets.send(socket, {
      ...{ t: 'welcome', v: protocolVersion, epoch, head, floor, room: facts, membersVersion, me: me.person, now },
      ...{ members: [...members.values()].map((member) => seenBy(me.person, member)), unread: me.unread },
      ...{ erasing: this.book.record.erasing() },
      ...{ here: this.crowd.hereFor(me.person, now), expiresAt: attachment.expiresAt },
    })
    const call = shownCall(this.crowd.call())
    if (call) this.sockets.send(socket, { t: 'call', call })
    const missed = hello.epoch === epoch ? this.book.log.countAfter(hello.since, limits.resumeMessages + 1) : 0
    const plan = catchUp(room, hello, missed)
    this.crowd.tellWhoIsHere()
    if (plan.kind === 'behind') return this.sockets.send(socket, { t: 'behind', floor })
    if (plan.kind === 'reset') this.sockets.send(socket, { t: 'reset', epoch, head })
    // After a tail or a reset the client holds nothing below it, so nothing below it is sent either.
    const first = plan.kind === 'continue' ? Math.min(from, plan.after + 1) : plan.after + 1
    this.sendChunk(socket, { ...attachment, from: Math.max(first, historyFrom + 1) }, plan.after)
  }

  more(socket: WebSocket, to: number): void {
    const attachment = attached(socket)
    if (attachment.live || attachment.seenAt === 0 || attachment.lagsSince !== undefined) return
    const { head, floor } = this.book.awake()
    if (to < floor - 1) return this.sockets.send(socket, { t: 'behind', floor })
    this.sendChunk(socket, attachment, Math.min(to, head))
  }

  /** Sends what comes after a seq; the socket becomes live in the step in which its chunk reaches the head. */
  private sendChunk(socket: WebSocket, attachment: Attachment, after: number): void {
    const { head } = this.book.awake()
    const changed = this.book.log.changes(after, attachment.from, head)
    const live = changed.covers[1] === head
    attach(socket, { ...attachment, live })
    if (live) this.feed.begin(socket, head)
    this.sockets.send(socket, { t: 'changes', ...changed, live })
  }
}
