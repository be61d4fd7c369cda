import { outcome, sentence } from '../outcome.ts'
import { span } from '../times.ts'
import { Button } from '../ui/button.tsx'
import { Sign } from '../ui/sign.tsx'
import { otherOf, roomName } from './people.ts'
import { whyNotWriting, type Writing } from './standing.ts'
import type { Desk } from './desk.ts'

const icons = { silenced: 'hush', announcement: 'horn', blocked: 'block', deserted: 'leave' } as const

/** Where the field would be, for who may not write now: why, and for how long. */
export function WritingClosed({
  desk,
  writes,
}: {
  desk: Desk
  writes: Extract<Writing, { state: 'silenced' | 'announcement' | 'blocked' | 'deserted' }> & { now: number }
}) {
  async function unblock() {
    const other = otherOf(desk.client.view.getState())
    if (other === null) return
    const answer = await outcome(desk.mine.inbox.block(other, false))
    if (!answer.ok) desk.say(sentence(answer.failure))
  }

  return (
    <p
      className="flex flex-none items-center justify-center gap-2.5 border-t border-line bg-surface px-4 py-4 pb-[max(1rem,env(safe-area-inset-bottom))] text-center text-muted"
      role="status"
    >
      <Sign name={icons[writes.state]} />
      <span className="text-balance">
        {writes.state === 'blocked' ? (
          <>
            You blocked <bdi>{roomName(desk.client.view.getState())}</bdi>.
          </>
        ) : (
          whyNotWriting(writes)
        )}
        {writes.state === 'silenced' && writes.until !== null && (
          <span aria-hidden="true"> You can write again in {span(writes.until - writes.now)}.</span>
        )}
        {writes.state === 'blocked' && (
          <>
            {' '}
            <Button look="link" onClick={() => void unblock()}>
              Unblock
            </Button>
          </>
        )}
      </span>
    </p>
  )
}
