import { badgeOf, muted, type RoomLine } from '../../../protocol/inbox.ts'

/** Whether a room stands among the archived: new messages bring one back that is not muted. */
export function isArchived(
  line: Pick<RoomLine, 'archivedAt' | 'lastAt' | 'level' | 'mutedUntil'>,
  now: number,
): boolean {
  return line.archivedAt !== null && (line.lastAt <= line.archivedAt || muted(line, now))
}

/** The order of the list: the newest pin first, then by when someone last wrote. */
export function inOrder(one: RoomLine, other: RoomLine): number {
  return (other.pinnedAt ?? -1) - (one.pinnedAt ?? -1) || other.lastAt - one.lastAt || (one.room < other.room ? -1 : 1)
}

/** What all rooms together add to the badge. */
export function totalBadge(lines: readonly RoomLine[], now: number): number {
  return lines.reduce((sum, line) => sum + badgeOf(line, now), 0)
}
