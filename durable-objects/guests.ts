import { closeCodes } from '../protocol/close-codes.ts'
import { GuestUpstream, type GuestDownstream, type GuestPost } from '../protocol/guest-chat.ts'
import { limits } from '../protocol/limits.ts'
import type { Hello } from '../protocol/upstream.ts'
import { protocolVersion } from '../protocol/version.ts'
import type { Book } from './book.ts'
import type { Crowd } from './crowd.ts'
import { guestHash } from './digest.ts'
import type { Feed } from './feed.ts'
import { readFrame } from './frames.ts'
import { Paces } from './paces.ts'
import { catchUp } from './room/catch-up.ts'
import type { Changed } from './room/changed.ts'
import { decideGuest } from './room/guest-post.ts'
import { guestView, type NameOf } from './room/guest-view.ts'
import { postRate } from './room/pace.ts'
import { attachGuest, attachedGuest, trySend, type GuestAttachment, type Sockets } from './sockets.ts'
import type { GuestVisitor } from './visitor.ts'
import { fault } from './log.ts'

/** Guests speak since this version of the wire. */
const oldestGuest = 4

/** A post that met a defect is repeated after this long. */
const defectRetryMs = 5_000

/**
 * Who is in a meeting of the room and no member of it. They read what was said after they were admitted, in words of their own
 * (`room/guest-view.ts`), and write under the name that the meeting knows; of members, marks and everything else they hear nothing,
 * and nobody hears that they are here.
 */
export class Guests {
  private readonly book: Book
  private readonly sockets: Sockets
  private readonly feed: Feed
  private readonly crowd: Crowd
  private readonly secret: string
  private readonly nameOf: NameOf
  private readonly posted: (expiresAt: number | undefined) => void
  private readonly paces = new Paces(postRate)
  // In memory: a room that has slept makes nobody wait.
  private readonly postedAt = new Map<string, number>()

  constructor(parts: {
    book: Book
    sockets: Sockets
    feed: Feed
    crowd: Crowd
    secret: string
    nameOf: NameOf
    /** A post is kept: what else the room does then. In the step that keeps it. */
    posted: (expiresAt: number | undefined) => void
  }) {
    const { book, sockets, feed, crowd, secret, nameOf, posted } = parts
    this.book = book
    this.sockets = sockets
    this.feed = feed
    this.crowd = crowd
    this.secret = secret
    this.nameOf = nameOf
    this.posted = posted
  }

  /** Lets a guest's socket in, or closes it with the reason. `ready`: whether the room is awake; null: there is none. */
  admit(socket: WebSocket, visitor: GuestVisitor, ready: boolean | null): void {
    const { guest } = visitor
    if (ready === true && !this.book.awake().members.has(guest.id)) {
      return this.sockets.acceptGuest(socket, { ...visitor, live: false, first: 0, seenAt: 0 })
    }
    socket.accept()
    if (ready === false)
      socket.close(closeCodes.tryAgainLater, 'The room is waking up; the database cannot be reached.')
    else if (ready) socket.close(closeCodes.notAMember, 'You are a member of this room: open the room itself.')
    else socket.close(closeCodes.notAMember, 'There is no such room.')
  }

  /** One frame of a guest: what goes wrong with it is theirs to hear, and nobody else's. */
  take(socket: WebSocket, data: string | ArrayBuffer): void {
    const read = readFrame(GuestUpstream, data)
    if ('problem' in read) {
      return send(socket, { t: 'refused', id: read.id, reason: 'malformed', detail: read.problem })
    }
    if (!this.book.room) return socket.close(closeCodes.tryAgainLater, 'The room begins anew.')
    const { frame } = read
    try {
      this.receive(socket, frame)
    } catch (error) {
      fault(`room ${this.book.id}: ${frame.t} of a guest failed: ${String(error)}`)
      const detail = 'Something went wrong in this room. Your text is kept.'
      const id = 'id' in frame ? frame.id : null
      send(socket, { t: 'refused', id, reason: 'internal', detail, retryAfterMs: defectRetryMs })
    }
  }

  /** A guest is in the meeting no more. */
  gone(meeting: string, guest: string): void {
    for (const socket of this.sockets.ofGuest(meeting, guest)) {
      socket.close(closeCodes.notAMember, 'You are no longer in this meeting.')
    }
  }

  /** What a guest hears of what has just changed, as text. */
  view(socket: WebSocket, changed: Changed): string {
    return JSON.stringify(guestView(changed, attachedGuest(socket).guest.from, true, this.nameOf))
  }

  private receive(socket: WebSocket, frame: GuestUpstream): void {
    switch (frame.t) {
      case 'hello':
        return this.hello(socket, frame)
      case 'more':
        return this.more(socket, frame.to)
      case 'post':
        return this.post(socket, frame)
    }
  }

  private hello(socket: WebSocket, hello: Hello): void {
    if (hello.v < oldestGuest || hello.v > protocolVersion) {
      return socket.close(closeCodes.clientTooOld, `This room speaks version ${protocolVersion}.`)
    }
    const room = this.book.awake()
    const { facts, epoch, head, floor } = room
    const now = Date.now()
    const { lagsSince: _over, ...before } = attachedGuest(socket)
    const { id, name, from } = before.guest
    send(socket, {
      ...{ t: 'welcome', v: protocolVersion, epoch, head, from, me: { id, name }, now, expiresAt: before.expiresAt },
      room: { name: facts.name, postPolicy: facts.postPolicy },
    })
    const since = Math.max(hello.since, from)
    const holds = hello.epoch === epoch && hello.since <= head
    const missed = this.book.log.countAfter(holds ? since : from, limits.resumeMessages + 1)
    const plan = catchUp(room, { epoch: hello.epoch, since: hello.since > head ? hello.since : since }, missed)
    const resumes = plan.kind === 'continue'
    if (hello.epoch !== null && !resumes) send(socket, { t: 'reset', epoch, head })
    // Guests have no history to read in: what the log has since they came, or the newest of it where that is too much.
    const fresh = missed > limits.resumeMessages ? head - limits.page : floor - 1
    const after = Math.max(from, resumes ? plan.after : fresh)
    const first = Math.max(from, resumes ? hello.from - 1 : after) + 1
    this.sendChunk(socket, { ...before, live: false, seenAt: now, first: Math.min(first, after + 1) }, after)
  }

  private more(socket: WebSocket, to: number): void {
    const attachment = attachedGuest(socket)
    if (attachment.live) return this.feed.reported(socket, to)
    if (attachment.seenAt === 0 || attachment.lagsSince !== undefined) return
    const { head, floor } = this.book.awake()
    this.sendChunk(socket, attachment, Math.min(Math.max(to, attachment.guest.from, floor - 1), head))
  }

  private sendChunk(socket: WebSocket, attachment: GuestAttachment, after: number): void {
    const { head } = this.book.awake()
    const changed = this.book.log.changes(after, attachment.first, head)
    const live = changed.covers[1] === head
    attachGuest(socket, { ...attachment, live })
    if (live) this.feed.begin(socket, head)
    send(socket, guestView(changed, attachment.guest.from, live, this.nameOf))
  }

  private post(socket: WebSocket, post: GuestPost): void {
    const { book } = this
    const { guest } = attachedGuest(socket)
    const { id, name, from } = guest
    const refuse = (reason: 'busy', detail: string) =>
      send(socket, { t: 'refused', id: post.id, reason, detail, retryAfterMs: 30_000 })
    if (book.record.stopped() !== null) {
      return refuse('busy', 'This room cannot take anything at the moment. Your text is kept.')
    }
    const now = Date.now()
    const decision = decideGuest(
      book.awake(),
      { id, name },
      post,
      {
        ...{ hash: guestHash(id, post, this.secret), known: book.log.find(post.id), from },
        about: post.replyTo === undefined ? null : book.log.place(post.replyTo),
        postedAt: this.postedAt.get(id) ?? null,
        pace: () => this.paces.wait(id, now),
      },
      now,
    )
    switch (decision.kind) {
      case 'refuse': {
        const { reason, detail, retryAfterMs } = decision
        const again = retryAfterMs === undefined ? {} : { retryAfterMs }
        return send(socket, { t: 'refused', id: post.id, reason, detail, ...again })
      }
      case 'repeat':
        return send(socket, { t: 'ack', id: post.id, seq: decision.seq, at: decision.at })
      case 'accept': {
        const { event } = decision
        const changed = book.transact(() => {
          const changed = book.append([event])
          this.posted(event.expiresAt)
          return changed
        })
        this.postedAt.set(id, now)
        send(socket, { t: 'ack', id: post.id, seq: event.seq, at: now })
        this.crowd.announce(changed)
      }
    }
  }
}

function send(socket: WebSocket, frame: GuestDownstream): void {
  trySend(socket, JSON.stringify(frame))
}
