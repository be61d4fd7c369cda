import { heldAt, heldThere, ownZone, repeatsAs } from './when.ts'
import type { Schedule } from '../../../protocol/meetings.ts'

/** When a meeting is held: in the reader's time, and in its own where that is another. */
export function Held({ schedule }: { schedule: Schedule }) {
  const zone = ownZone()
  const there = heldThere(schedule, zone)
  return (
    <div className="grid gap-0.5 text-pretty">
      <p className="font-medium">
        <time dateTime={new Date(schedule.startsAt).toISOString()}>{heldAt(schedule, zone)}</time>
      </p>
      {there !== null && <p className="text-sm text-muted">{there}</p>}
      {schedule.repeats !== null && (
        <p className="text-sm text-muted">{repeatsAs(schedule.repeats, schedule.timeZone)}</p>
      )}
    </div>
  )
}
