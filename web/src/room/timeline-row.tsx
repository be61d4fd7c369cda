import { memo } from 'react'
import { clock } from '../times.ts'
import { usePress } from '../ui/use-press.ts'
import { deletedText } from './deleted-text.ts'
import { useDesk } from './desk.ts'
import { DayDivider, UnreadDivider } from './dividers.tsx'
import { happened } from './happened.ts'
import { openMenu } from './handle.ts'
import { contentOf } from './message.tsx'
import { authorName } from './people.ts'
import { RowBody, type RowBodyProps } from './row-body.tsx'
import { tickWords } from './ticks.tsx'
import type { MouseEvent } from 'react'

interface Props extends RowBodyProps {
  index: number
  minute: number
  /** Whether the reader was just brought here. */
  pointed: boolean
  measure?: (element: HTMLElement | null) => void
  onFocus: (key: string) => void
}

/** One row in its place, with the dividers that stand above it. */
export const TimelineRow = memo(function TimelineRow(props: Props) {
  const { entry, index, reachable, measure, minute, onFocus, place } = props
  const asked = useAsked(props)
  return (
    <div
      aria-label={label(props)}
      className={`group/row px-3 outline-offset-[-2px] focus-visible:rounded-lg sm:px-4 ${
        place === 'room' ? 'absolute inset-x-0 top-0' : ''
      } ${props.pointed ? 'pointed-at' : ''}`}
      data-index={index}
      data-seq={entry.row.state === 'confirmed' ? entry.row.message.seq : undefined}
      onFocus={() => onFocus(entry.key)}
      ref={measure}
      role="article"
      tabIndex={reachable ? 0 : -1}
      {...asked}
    >
      {entry.day !== null && <DayDivider at={entry.day} now={minute} />}
      {entry.unread !== null && <UnreadDivider count={entry.unread} />}
      <RowBody {...props} />
    </div>
  )
})

/** The second button and a long press open what can be done with a message. */
function useAsked({ entry, place }: Pick<Props, 'entry' | 'place'>) {
  const desk = useDesk()
  const message = entry.row.state === 'confirmed' ? entry.row.message : null
  const press = usePress(
    message === null ? null : ({ x, y }) => openMenu(desk, message, place, { x, y, width: 0, height: 0 }),
  )
  return {
    ...press.handlers,
    onContextMenu(event: MouseEvent<HTMLElement>) {
      press.end()
      const target = event.target as HTMLElement
      // Links, selected text and fields have a menu of the browser.
      if (message === null || message.system !== null || event.shiftKey) return
      if (target.closest('a') !== null || getSelection()?.isCollapsed === false) return
      event.preventDefault()
      const { clientX: x, clientY: y } = event
      openMenu(desk, message, place, x === 0 && y === 0 ? event.currentTarget : { x, y, width: 0, height: 0 })
    },
  }
}

/** Author, time and state, for those who do not see the row. */
function label({ entry, people, tick, replies }: Props): string | undefined {
  const { row } = entry
  switch (row.state) {
    case 'gap':
      return 'Messages that are not loaded'
    case 'pending':
      return `You, ${clock(contentOf(row).at)}, ${tickWords.sending}`
    case 'failed':
      return `You, ${clock(contentOf(row).at)}, not sent`
    case 'confirmed': {
      const { message } = row
      if (message.system !== null) return `${happened(message.system, people)}, ${clock(message.at)}`
      const who = entry.side === 'mine' ? 'You' : authorName(message, people)
      const marks = [
        ...(message.source === null ? [] : ['imported']),
        ...(message.deleted ? [deletedText(message)] : []),
        ...(message.editedAt === undefined || message.deleted ? [] : ['edited']),
        ...(message.pinnedAt === undefined ? [] : ['pinned']),
        ...(replies === 0 ? [] : [replies === 1 ? '1 reply' : `${replies} replies`]),
        ...(tick === null || message.deleted ? [] : [tickWords[tick]]),
      ]
      return [who, clock(message.at), ...marks].join(', ')
    }
  }
}
