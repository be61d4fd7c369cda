import type { RoomView } from '../../sync/types.ts'
import type { Member, Message } from '../../sync/wire.ts'

/** Who has read a message, who has only received it, and who has not got it yet. */
export interface SeenBy {
  read: Member[]
  delivered: Member[]
  waiting: Member[]
  /** In a direct room: the other has never shown that they read, so that nothing can be said of it. */
  hidden: boolean
}

/** How far a message has come with each of the others, by their marks. Its author is left out. */
export function seenBy(
  message: Pick<Message, 'seq' | 'by'>,
  { members, me, room }: Pick<RoomView, 'members' | 'me' | 'room'>,
): SeenBy {
  const others = members.filter(({ person }) => person !== message.by && person !== me)
  const { seq } = message
  const hidden = room?.type === 'direct' && others.every(({ read, delivered }) => read === 0 && delivered >= seq)
  return {
    read: others.filter(({ read }) => read >= seq),
    delivered: others.filter(({ read, delivered }) => read < seq && delivered >= seq),
    waiting: others.filter(({ delivered }) => delivered < seq),
    hidden: hidden && others.length > 0,
  }
}
