import type { Marks } from '../../protocol/downstream.ts'
import type { Mark } from '../../protocol/upstream.ts'

/**
 * The member's marks after a report, or null when nothing rises. Marks never fall, never pass the head,
 * and what was read was delivered.
 */
export function advance<M extends Marks>(member: M, mark: Pick<Mark, 'delivered' | 'read'>, head: number): M | null {
  const read = Math.max(member.read, Math.min(mark.read, head))
  const delivered = Math.max(member.delivered, Math.min(mark.delivered, head), read)
  if (read === member.read && delivered === member.delivered) return null
  return { ...member, delivered, read }
}
