import type { GuestChanges, GuestMessage } from '../../protocol/guest-chat.ts'
import type { Message } from '../../protocol/message.ts'
import type { Changed } from './changed.ts'

/** What someone who wrote here is called; null: that is not known. */
export type NameOf = (person: string) => string | null

/** What a guest to whom nothing up to `from` is shown hears of what changed. */
export function guestView(changed: Changed, from: number, live: boolean, nameOf: NameOf): GuestChanges {
  const [first, last] = changed.covers
  const messages = changed.messages.flatMap((message) => guestMessage(message, from, nameOf) ?? [])
  return { t: 'changes', covers: [Math.max(first, from + 1), last], messages, live }
}

/** A message as a guest sees it; null: it is not theirs to see. Named part by part, so that what a message gains stays inside. */
function guestMessage(message: Message, from: number, nameOf: NameOf): GuestMessage | null {
  const { seq, rev, id, at, by, text, replyTo, system, reactions, deleted } = message
  const { guest, attachments, forwarded, editedAt, expiresAt } = message
  if (seq <= from) return null
  const bare = { seq, rev, id, at, replyTo: null }
  if (system) {
    const fact = callFact(system)
    return fact && { ...bare, by: null, name: null, text: '', system: fact }
  }
  const author = { by, name: by === null ? null : nameOf(by) }
  if (deleted) return { ...bare, ...author, text: '', system: null, deleted: { at: deleted.at } }
  return {
    ...{ ...bare, ...author, text, system: null },
    ...(replyTo !== null && replyTo > from && { replyTo }),
    ...(message.source && { name: message.source.name }),
    ...(guest && { guest }),
    ...(attachments && { attachments }),
    ...(forwarded && { forwarded }),
    ...(editedAt !== undefined && { editedAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(reactions && { reactions: reactions.map(({ emoji, count }) => ({ emoji, count })) }),
  }
}

function callFact(system: NonNullable<Message['system']>): GuestMessage['system'] {
  if (system.kind === 'call_ended') return system
  if (system.kind !== 'call_started') return null
  const { by: _by, ...fact } = system
  return fact
}
