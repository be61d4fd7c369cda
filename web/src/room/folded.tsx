import { useStore } from 'zustand'
import { useDesk } from './desk.ts'
import type { Row } from '../../sync/types.ts'

/** What stands for the words of someone I blocked. */
export const foldedText = 'Message from someone you blocked'

/** Whether a message in a group is by someone I blocked, and was not asked for. */
export function useFolded(row: Row, direct: boolean): boolean {
  const desk = useDesk()
  const by = row.state === 'confirmed' && !direct ? (row.message.by ?? '') : ''
  const blocked = useStore(desk.mine.inbox.view, (now) => by !== '' && now.blocked.includes(by))
  const shown = useStore(desk.laid, (now) => row.state === 'confirmed' && now.unfolded.includes(row.message.seq))
  return blocked && !shown
}

/** A message of someone I blocked: only that it is there, and the way to see it. */
export function Folded({ seq, reachable }: { seq: number; reachable: boolean }) {
  const desk = useDesk()
  return (
    <p className="flex items-center gap-1.5 pt-1.5 ps-9 text-sm text-muted">
      <span className="italic">{foldedText}</span>
      <span aria-hidden="true">·</span>
      <button
        className="min-h-6 rounded font-medium text-petrol underline-offset-3 hover:underline touch:min-h-11"
        onClick={() => desk.unfold(seq)}
        tabIndex={reachable ? 0 : -1}
        type="button"
      >
        Show
      </button>
    </p>
  )
}
