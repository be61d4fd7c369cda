import type { Posted, RoomEvent } from '../../protocol/events.ts'
import { idOf, type Random, random } from './random.ts'
import { remark } from './talk.ts'
import { type SeedPerson, type SeedRoom, type Size, timeOf } from './town.ts'
import { turns } from './turns.ts'

// Nobody edits, answers or reacts to what is further back than this.
const reach = 8

// Each stretch is folded by itself, so that the longest room needs no more memory than a short one.
const postsPerStretch = 5_000

const emojis = ['👍', '❤️', '😂', '🎉', '😮', '🙏', '👀']

/**
 * A room's log from seq 1 on, as its object would have written it, in stretches whose changes and answers touch nothing
 * before them. About 3 % of the messages are edited, 1 % deleted, 10 % have reactions. It ends with a post.
 */
export function* stretches(size: Size, room: SeedRoom): Generator<RoomEvent[]> {
  const chance = random(`${size.seed} talk ${room.id}`)
  let events: RoomEvent[] = []
  let recent: Recent[] = []
  let posts = 0
  let seq = 0
  let run: { target: Recent; from: number; given: number } | null = null

  for (const kind of turns(size, room)) {
    seq++
    const at = seq === room.head ? room.lastMessageAt : Math.floor(timeOf(room, seq - chance.next()))
    const id = idOf(`${size.seed} ${room.id} ${seq}`)
    // A hash that no command has: nobody repeats what a seed has said.
    const own = { seq, at, id, hash: id }
    if (kind !== 'reacted') run = null
    switch (kind) {
      case 'posted': {
        if (posts > 0 && posts % postsPerStretch === 0) {
          yield events
          events = []
          recent = []
        }
        posts++
        const by = speaker(room, seq, chance)
        const post: Posted = {
          kind,
          ...own,
          by: by.id,
          // One in ten says it in their own language, whatever the room speaks.
          text: remark(chance.next() < 0.1 ? by.locale : room.locale, chance),
          replyTo: recent.length > 0 && chance.next() < 0.08 ? chance.pick(recent).post.seq : null,
          mentions: room.directKey === null && chance.next() < 0.03 ? [chance.pick(room.members).id] : [],
          source: null,
        }
        events.push(post)
        recent = [...recent.slice(1 - reach), { post, by, gone: false }]
        break
      }
      case 'edited': {
        const { post, by } = target(recent, chance)
        const text = remark(by.locale, chance)
        events.push({ kind, ...own, by: by.id, target: post.seq, text, mentions: post.mentions })
        break
      }
      case 'deleted': {
        const it = target(recent, chance)
        it.gone = true
        events.push({ kind, ...own, by: it.by.id, target: it.post.seq })
        break
      }
      case 'pinned':
        events.push({ kind, ...own, by: room.members[0]!.id, target: target(recent, chance).post.seq })
        break
      case 'reacted': {
        run ??= { target: target(recent, chance), from: chance.below(room.members.length), given: 0 }
        const by = present(room, room.members[(run.from + run.given++) % room.members.length]!, seq)
        events.push({ kind, ...own, by: by.id, target: run.target.post.seq, emoji: chance.pick(emojis, 2) })
        break
      }
    }
  }
  if (events.length > 0) yield events
}

type Recent = { post: Posted; by: SeedPerson; gone: boolean }

function target(recent: Recent[], chance: Random): Recent {
  const there = recent.filter(({ gone }) => !gone)
  return chance.pick(there.length > 0 ? there : recent)
}

// The first members of a room say most.
function speaker(room: SeedRoom, seq: number, chance: Random): SeedPerson {
  return present(room, chance.pick(room.members, 1.6), seq)
}

// Whoever has left says nothing more: whoever made the room speaks instead.
function present(room: SeedRoom, person: SeedPerson, seq: number): SeedPerson {
  return seq <= (room.leavers.get(person.id) ?? room.head) ? person : room.members[0]!
}
