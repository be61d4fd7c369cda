import type { TickOf } from './types.ts'

/** The tick of an own message: the minimum over the other members. What was read was delivered. */
export const tickOf: TickOf = (seq, me, members) => {
  const others = members.filter((member) => member.person !== me)
  if (others.length === 0) return 'stored'
  if (others.every((member) => member.read >= seq)) return 'read'
  if (others.every((member) => Math.max(member.delivered, member.read) >= seq)) return 'delivered'
  return 'stored'
}
