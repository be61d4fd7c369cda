import { emptied, without, withReactions } from './overlay.ts'
import type { Erasure, Expiry, Message } from './wire.ts'

/**
 * What touched many messages at once: everything that was to disappear by a time has, an account is gone. It holds for
 * every state with a lower rev, of messages that are held and of those that come later.
 */
export interface Facts {
  expired: Expiry | null
  erased: readonly Erasure[]
}

export const noFacts: Facts = { expired: null, erased: [] }

/** The facts with more of them; the same facts when there are none. */
export function addFacts(
  facts: Facts,
  more: { expired?: Expiry | undefined; erased?: readonly Erasure[] | undefined },
): Facts {
  const expired = more.expired && more.expired.rev > (facts.expired?.rev ?? 0) ? more.expired : facts.expired
  const fresh = (more.erased ?? []).filter(({ seq }) => !facts.erased.some((known) => known.seq === seq))
  if (expired === facts.expired && fresh.length === 0) return facts
  return { expired, erased: [...facts.erased, ...fresh].sort((one, other) => one.seq - other.seq) }
}

/**
 * The message as the facts leave it; the same message when none concerns it. Its rev stays: what happened to it before
 * a fact may yet come, and then counts.
 */
export function settle(message: Message, { expired, erased }: Facts): Message {
  let settled = message
  for (const erasure of erased) if (settled.rev < erasure.seq) settled = withoutAccount(settled, erasure)
  if (!expired || settled.rev >= expired.rev || settled.deleted || settled.expiresAt === undefined) return settled
  if (settled.expiresAt > expired.at) return settled
  return emptied(settled, { at: expired.at, by: null })
}

function withoutAccount(message: Message, { at, person, mode }: Erasure): Message {
  const { system } = message
  if (system) {
    if (!('person' in system) || system.person !== person) return message
    // The name is what tells who it was; the id leads nowhere any more.
    return { ...message, system: { ...system, name: '' } }
  }
  const own = message.by === person
  const reactions = message.reactions ?? []
  const others = without(reactions, person)
  const deletedByThem = message.deleted?.by === person
  const reacted = others.length < reactions.length || others.some((reaction, index) => reaction !== reactions[index])
  if (!own && !deletedByThem && !reacted) return message
  const kept = withReactions({ ...message, ...(own && { by: null }) }, others)
  if (kept.deleted) return { ...kept, deleted: { ...kept.deleted, ...(deletedByThem && { by: null }) } }
  return own && mode === 'erase' ? emptied(kept, { at, by: null }) : kept
}
