import type { CustomStatus } from '../../../protocol/inbox.ts'

/** What someone says of themself, while it stands. */
export function statusStands(custom: CustomStatus | null, now: number): CustomStatus | null {
  return custom !== null && (custom.until === null || custom.until > now) ? custom : null
}
