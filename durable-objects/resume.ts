import { closeCodes } from '../protocol/close-codes.ts'
import { limits } from '../protocol/limits.ts'
import type { Hello } from '../protocol/upstream.ts'
import { oldestVersion, protocolVersion } from '../protocol/version.ts'
import type { Book } from './book.ts'
import type { Crowd } from './crowd.ts'
import { catchUp } from './room/catch-up.ts'
import { here } from './room/here.ts'
import { seenBy } from './room/room.ts'
import { attach, attached, type Attachment, type Sockets } from './sockets.ts'

/** How a socket gets from what its client holds to what the room has. Each answer is one synchronous step. */
export class Resume {
  private readonly book: Book
  private readonly sockets: Sockets
  private readonly crowd: Crowd

  constructor(book: Book, sockets: Sockets, crowd: Crowd) {
    this.book = book
    this.sockets = sockets
    this.crowd = crowd
  }

  hello(socket: WebSocket, hello: Hello): void {
    if (hello.v < oldestVersion || hello.v > protocolVersion) {
      return socket.close(closeCodes.clientTooOld, `This room speaks version ${protocolVersion}.`)
    }
    const room = this.book.awake()
    const now = Date.now()
    const attachment = { ...attached(socket), live: false, from: hello.from, seenAt: now }
    attach(socket, attachment)
    const { facts, epoch, head, floor, membersVersion, members } = room
    const me = members.get(attachment.person)!
    this.sockets.send(socket, {
      ...{ t: 'welcome', v: protocolVersion, epoch, head, floor, room: facts, membersVersion, me: me.person, now },
      ...{ members: [...members.values()].map((member) => seenBy(me.person, member)), unread: me.unread },
      ...{ erasing: this.book.record.erasing() },
      ...{ here: here(this.sockets.presences(), now), expiresAt: attachment.expiresAt },
    })
    const missed = hello.epoch === epoch ? this.book.log.countAfter(hello.since, limits.resumeMessages + 1) : 0
    const plan = catchUp(room, hello, missed)
    this.crowd.tellWhoIsHere()
    if (plan.kind === 'behind') return this.sockets.send(socket, { t: 'behind', floor })
    if (plan.kind === 'reset') this.sockets.send(socket, { t: 'reset', epoch, head })
    // After a tail or a reset the client holds nothing below it, so nothing below it is sent either.
    const from = plan.kind === 'continue' ? Math.min(hello.from, plan.after + 1) : plan.after + 1
    this.sendChunk(socket, { ...attachment, from }, plan.after)
  }

  more(socket: WebSocket, to: number): void {
    const attachment = attached(socket)
    if (attachment.live || attachment.seenAt === 0) return
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
    this.sockets.send(socket, { t: 'changes', ...changed, live })
  }
}
