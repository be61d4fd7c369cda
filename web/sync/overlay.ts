import { limits } from '../../protocol/limits.ts'
import type { Unsent } from './command.ts'
import type { Message, Reaction } from './wire.ts'

/** A message as it will be once these commands of `me` on it are carried out, in their order. */
export function overlaid(message: Message, commands: readonly Unsent[], me: string): Message {
  return commands.reduce((shown, unsent) => after(shown, unsent, me), message)
}

function after(message: Message, { command, at }: Unsent, me: string): Message {
  // Nothing but its author's undeletion touches what is deleted, and nobody has its text until the room sends it.
  if (message.deleted) return message
  switch (command.kind) {
    case 'post':
    case 'change':
    case 'undelete':
      return message
    case 'edit':
      return { ...message, text: command.text, mentions: [...command.mentions], editedAt: at }
    case 'delete':
      return emptied(message, { at, by: me })
    case 'react':
      return withReactions(message, reacted(message.reactions ?? [], command, me))
    case 'pin': {
      const { pinnedAt: _before, ...unpinned } = message
      return command.on ? { ...message, pinnedAt: at } : unpinned
    }
  }
}

/** The message without its content, as the room shows it once it is gone. */
export function emptied(message: Message, deleted: NonNullable<Message['deleted']>): Message {
  const { seq, rev, id, at, by, thread } = message
  const bare: Message = { seq, rev, id, at, by, text: '', replyTo: null, mentions: [], source: null, system: null }
  return { ...bare, ...(thread === undefined ? {} : { thread }), deleted }
}

export function withReactions(message: Message, reactions: readonly Reaction[]): Message {
  const { reactions: _before, ...bare } = message
  return reactions.length === 0 ? bare : { ...bare, reactions: [...reactions] }
}

/** The reactions without someone's. Of a count beyond the named ones nobody knows whose they are. */
export function without(reactions: readonly Reaction[], person: string, emoji: string | null = null): Reaction[] {
  return reactions.flatMap((reaction) => {
    if ((emoji !== null && reaction.emoji !== emoji) || !reaction.people.includes(person)) return [reaction]
    const people = reaction.people.filter((other) => other !== person)
    return reaction.count > 1 ? [{ ...reaction, count: reaction.count - 1, people }] : []
  })
}

function reacted(reactions: readonly Reaction[], { emoji, on }: { emoji: string; on: boolean }, me: string) {
  if (!on) return without(reactions, me, emoji)
  const held = reactions.find((reaction) => reaction.emoji === emoji)
  if (!held) return [...reactions, { emoji, count: 1, people: [me] }]
  if (held.people.includes(me)) return reactions
  const people = held.people.length < limits.reactionPeople ? [...held.people, me] : held.people
  const mine = { ...held, count: held.count + 1, people }
  return reactions.map((reaction) => (reaction === held ? mine : reaction))
}
