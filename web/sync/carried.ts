import type { Unsent } from './command.ts'
import type { KeptDraft } from './store.ts'

/** What an older version kept of an unsent message. */
interface UnsentMessage extends Omit<Unsent, 'command'> {
  text: string
  replyTo: number | null
  mentions: readonly string[]
}

/** An unsent command as it is kept now, whichever version kept it: nothing that anyone wrote is lost with an update. */
export function carried(kept: Unsent | UnsentMessage): Unsent {
  if ('command' in kept) return kept
  const { text, replyTo, mentions, ...rest } = kept
  return { ...rest, command: { kind: 'post', text, replyTo, mentions, thread: null, forwarded: false } }
}

/** A draft as it is kept now: of one that an older version kept no other device has heard. */
export function carriedDraft(kept: KeptDraft | string): KeptDraft {
  return typeof kept === 'string' ? { text: kept, at: 0, owed: true, there: false } : kept
}
