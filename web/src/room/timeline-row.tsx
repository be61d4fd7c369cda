import { memo, useCallback } from 'react'
import { clock } from '../times.ts'
import { DayDivider, UnreadDivider } from './dividers.tsx'
import { GapRow } from './gap-row.tsx'
import { contentOf, Message } from './message.tsx'
import { happened } from './happened.ts'
import { authorName } from './people.ts'
import { SystemRow } from './system-row.tsx'
import { tickWords } from './ticks.tsx'
import type { RoomClient, Tick } from '../../sync/types.ts'
import type { Message as Stored } from '../../sync/wire.ts'
import type { Entry } from './entries.ts'
import type { MessageRow } from './message.tsx'
import type { People } from './people.ts'
import type { Quote } from './quote.tsx'

interface Props {
  entry: Entry
  index: number
  client: RoomClient
  people: People
  /** A direct room needs no names over the messages. */
  direct: boolean
  tick: Tick | null
  replied: Stored | null
  minute: number
  /** Whether Tab stops at this row: at one of all. */
  reachable: boolean
  /** Whether the reader was just brought here. */
  pointed: boolean
  measure: (element: HTMLElement | null) => void
  onFocus: (key: string) => void
  onReply: (quote: Quote) => void
  /** Shows the message with this seq. */
  onShow: (seq: number) => void
}

/** One row in its place, with the dividers that stand above it. */
export const TimelineRow = memo(function TimelineRow(props: Props) {
  const { entry, index, reachable, measure, minute, onFocus } = props
  return (
    <div
      aria-label={label(props)}
      className={`group/row absolute inset-x-0 top-0 px-3 outline-offset-[-2px] focus-visible:rounded-lg sm:px-4 ${props.pointed ? 'pointed-at' : ''}`}
      data-index={index}
      data-seq={entry.row.state === 'confirmed' ? entry.row.message.seq : undefined}
      onFocus={() => onFocus(entry.key)}
      ref={measure}
      role="article"
      tabIndex={reachable ? 0 : -1}
    >
      {entry.day !== null && <DayDivider at={entry.day} now={minute} />}
      {entry.unread !== null && <UnreadDivider count={entry.unread} />}
      <Body {...props} />
    </div>
  )
})

function Body({ entry, client, people, direct, tick, replied, reachable, onReply, onShow }: Props) {
  const { row, side, first, last } = entry
  const onRetry = useCallback((id: string) => client.retry(id), [client])
  const onDiscard = useCallback((id: string) => void client.discard(id), [client])
  const reply = useCallback(
    (to: MessageRow) => {
      if (to.state === 'confirmed')
        onReply({ seq: to.message.seq, name: authorName(to.message, people), text: to.message.text })
    },
    [onReply, people],
  )
  const replyTo = row.state === 'gap' ? null : row.state === 'confirmed' ? row.message.replyTo : row.replyTo
  const show = useCallback(() => {
    if (replyTo !== null) onShow(replyTo)
  }, [onShow, replyTo])
  if (row.state === 'gap') return <Gap after={row.after} before={row.before} client={client} />
  if (row.state === 'confirmed' && row.message.system !== null)
    return <SystemRow message={row.message} people={people} />
  const imported = row.state === 'confirmed' && row.message.source !== null && row.message.by === null
  return (
    <Message
      author={
        row.state === 'confirmed' && side === 'theirs' && (!direct || imported) ? authorName(row.message, people) : null
      }
      first={first}
      imported={imported}
      last={last}
      onDiscard={onDiscard}
      onQuote={show}
      onReply={reply}
      onRetry={onRetry}
      reachable={reachable}
      quote={replyTo === null ? null : quoteOf(replied, people)}
      row={row}
      side={side === 'mine' ? 'mine' : 'theirs'}
      tick={tick}
    />
  )
}

const notLoaded = { name: 'An earlier message', text: 'Show it' }

function quoteOf(replied: Stored | null, people: People) {
  return replied === null ? notLoaded : { name: authorName(replied, people), text: replied.text }
}

function Gap({ client, after, before }: { client: RoomClient; after: number; before: number }) {
  const load = useCallback(() => client.loadGap(after, before), [client, after, before])
  return <GapRow load={load} />
}

/** Author, time and state, for those who do not see the row. */
function label({ entry, people, tick }: Props): string | undefined {
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
      return `${who}, ${clock(message.at)}${message.source === null ? '' : ', imported'}${tick === null ? '' : `, ${tickWords[tick]}`}`
    }
  }
}
