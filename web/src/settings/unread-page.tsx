/** Placeholder until the audit lands. */
export function UnreadPage() {
  return null
}
