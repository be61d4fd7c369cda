import type { Page } from '../../../protocol/api.ts'
import { asMade, type Downstream } from '../../../protocol/downstream.ts'
import type { Posted } from '../../../protocol/events.ts'
import { limits } from '../../../protocol/limits.ts'
import { messageOf, type Message } from '../../../protocol/message.ts'
import { made } from '../../../protocol/row.ts'
import { Upstream } from '../../../protocol/upstream.ts'
import { catchUp } from '../../../durable-objects/room/catch-up.ts'
import { decide, type Context } from '../../../durable-objects/room/decide.ts'
import { advance } from '../../../durable-objects/room/marks.ts'
import { freshPace, type Pace } from '../../../durable-objects/room/pace.ts'
import { evolve, seenBy, withMarks, type Room, type RoomMember } from '../../../durable-objects/room/room.ts'
import { member, roomId } from './people.ts'

/** One socket as the model room sees it. */
interface Socket {
  person: string
  live: boolean
  from: number
  say(frame: Downstream | string): void
}

/**
 * A room that decides with the room's own core and keeps its log in memory. Its chunks are tiny, so that a catch-up
 * takes many. `history` stands for Postgres: it survives when the room loses its storage.
 */
export function modelRoom(people: string[], now: () => number, chunk = 3) {
  const facts = { id: roomId, type: 'group' as const, name: 'Engines', createdBy: people[0]!, createdAt: 1, ...asMade }
  const history: Posted[] = []
  const messageOfEvent = (event: Posted): Message => messageOf(made(event))
  const sockets = new Set<Socket>()
  const paces = new Map<string, Pace>()
  const members = new Map(
    people.map((person): [string, RoomMember] => {
      return [
        person,
        { ...member(person), receiptsHidden: false, unread: { from: null, version: 0 }, historyFrom: 0, blocks: [] },
      ]
    }),
  )
  let room: Room = { facts, epoch: 1, head: 0, floor: 1, flushed: 0, membersVersion: 1, members }

  const shownMembers = () => [...room.members.values()].map((one) => seenBy(one.person, one))

  function sendChunk(socket: Socket, after: number): void {
    const due = history.filter((event) => event.seq > after && event.seq <= room.head)
    const states = due.slice(0, chunk).map(messageOfEvent)
    const to = due.length > chunk ? states.at(-1)!.seq : room.head
    socket.live = to === room.head
    const shown = states.filter(({ seq }) => seq >= socket.from)
    socket.say({ t: 'changes', covers: [after + 1, to], messages: shown, live: socket.live })
  }

  function receive(socket: Socket, text: string): void {
    if (text === 'ping') return socket.say(`pong:${room.head}`)
    const frame = Upstream.parse(JSON.parse(text))
    switch (frame.t) {
      case 'hello': {
        const plan = catchUp(room, frame, history.filter(({ seq }) => seq > frame.since).length)
        const { epoch, head, floor, membersVersion } = room
        const all = { room: facts, membersVersion, members: shownMembers(), here: [], expiresAt: 0 }
        const own = { me: socket.person, now: now(), unread: { from: null, version: 0 }, erasing: [] }
        socket.say({ t: 'welcome', v: 2, epoch, head, floor, ...own, ...all })
        if (plan.kind === 'behind') return socket.say({ t: 'behind', floor })
        if (plan.kind === 'reset') socket.say({ t: 'reset', epoch, head })
        socket.from = plan.kind === 'continue' ? frame.from : plan.after + 1
        return sendChunk(socket, plan.after)
      }
      case 'more':
        return socket.live ? undefined : sendChunk(socket, Math.max(frame.to, room.floor - 1))
      case 'post': {
        const { id } = frame
        const hash = JSON.stringify([socket.person, frame])
        const place = { seq: 0, id, by: null, at: 0, thread: null, expiresAt: null, deleted: false }
        const context: Context = {
          known: history.find((event) => event.id === id) ?? null,
          ...{ about: place, thread: null, row: null, withdrawn: null, postedAt: null, derivedId: String },
          pace: paces.get(socket.person) ?? freshPace(now()),
        }
        const decision = decide(room, { by: socket.person, command: frame, hash }, context, now())
        switch (decision.kind) {
          case 'refuse': {
            const { reason, detail, retryAfterMs } = decision
            return socket.say({ t: 'refused', id, reason, detail, ...(retryAfterMs ? { retryAfterMs } : {}) })
          }
          case 'load':
            throw new Error('a post needs no state')
          case 'repeat':
            return socket.say({ t: 'ack', id, seq: decision.seq, at: decision.at })
          case 'accept': {
            const event = decision.events[0] as Posted
            paces.set(socket.person, decision.pace)
            history.push(event)
            room = evolve(room, event)
            socket.say({ t: 'ack', id, seq: event.seq, at: event.at })
            const covers: [number, number] = [event.seq, event.seq]
            for (const other of sockets) {
              if (other.live) other.say({ t: 'changes', covers, messages: [messageOfEvent(event)], live: true })
            }
          }
        }
        return
      }
      case 'mark': {
        const next = advance(room.members.get(socket.person)!, frame, room.head)
        if (!next) return
        room = withMarks(room, [next])
        for (const other of sockets) other.say({ t: 'marks', marks: [next] })
        return
      }
      case 'edit':
      case 'delete':
      case 'undelete':
      case 'react':
      case 'pin':
      case 'change':
      case 'unread':
      case 'look':
      case 'typing':
      case 'renew':
        return
    }
  }

  return {
    connect(person: string, say: (text: string) => void) {
      const socket: Socket = {
        person,
        live: false,
        from: 0,
        say: (frame) => say(typeof frame === 'string' ? frame : JSON.stringify(frame)),
      }
      sockets.add(socket)
      return { receive: (text: string) => receive(socket, text), close: () => void sockets.delete(socket) }
    },
    /** The room wakes with empty storage: a new epoch, a lifted head, and no log. */
    loseStorage(): void {
      const head = room.head + limits.epochLift
      room = { ...room, epoch: room.epoch + 1, head, floor: head + 1, flushed: head }
      sockets.clear()
    },
    page(before: number, limit: number): Page {
      const below = history.filter(({ seq }) => seq < before)
      const shown = below.slice(-limit).map(messageOfEvent)
      const more = below.length > shown.length
      return {
        covers: [more ? shown[0]!.seq : 1, before - 1],
        messages: shown,
        more,
        moreAfter: before <= room.head,
        asOf: room.head,
      }
    },
    log: () => history.map(messageOfEvent),
    head: () => room.head,
    members: shownMembers,
  }
}

export type ModelRoom = ReturnType<typeof modelRoom>
