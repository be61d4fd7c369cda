import type { Marks, Member } from './wire.ts'

/** The members with these marks; a mark only rises, whichever report comes last. */
export function raiseMarks(members: readonly Member[], reports: readonly Marks[]): readonly Member[] {
  const byPerson = new Map(reports.map((marks) => [marks.person, marks]))
  return members.map((member) => {
    const marks = byPerson.get(member.person)
    if (!marks || (marks.delivered <= member.delivered && marks.read <= member.read)) return member
    const delivered = Math.max(member.delivered, marks.delivered)
    return { ...member, delivered, read: Math.max(member.read, marks.read) }
  })
}
