import type { Erasure, Expiry, Message } from '../../protocol/message.ts'

/** Every change in a range of seqs, ends included: whole states by rev, and what touched many messages at once. */
export interface Changed {
  covers: [number, number]
  messages: Message[]
  expired?: Expiry
  erased?: Erasure[]
}

/** Several that follow each other as one: the latest state of each message. */
export function merged(parts: readonly [Changed, ...Changed[]]): Changed {
  const [first] = parts
  if (parts.length === 1) return first
  const states = new Map<number, Message>()
  for (const { messages } of parts) for (const message of messages) states.set(message.seq, message)
  const expired = parts.findLast((part) => part.expired)?.expired
  const erased = parts.flatMap((part) => part.erased ?? [])
  return {
    covers: [first.covers[0], parts.at(-1)!.covers[1]],
    messages: [...states.values()].sort((a, b) => a.rev - b.rev || a.seq - b.seq),
    ...(expired && { expired }),
    ...(erased.length > 0 && { erased }),
  }
}

/** What of it came after a seq inside its range. */
export function since({ covers, messages, expired, erased }: Changed, seq: number): Changed {
  const later = erased?.filter((erasure) => erasure.seq > seq) ?? []
  return {
    covers: [seq + 1, covers[1]],
    messages: messages.filter((message) => message.rev > seq),
    ...(expired && expired.rev > seq && { expired }),
    ...(later.length > 0 && { erased: later }),
  }
}

/** What of it is about messages after a seq: the others are not for everyone to read. */
export function after(changed: Changed, seq: number): Changed {
  return seq === 0 ? changed : { ...changed, messages: changed.messages.filter((message) => message.seq > seq) }
}
