import { memo } from 'react'
import { usePassed } from '../clock.ts'
import { clock, fullTime } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Icon } from '../ui/icon.tsx'
import { tone } from '../names.ts'
import { direction } from './direction.ts'
import { emojiOnly } from './emoji-only.ts'
import { FailedLine } from './failed-line.tsx'
import { QuoteBlock } from './quote.tsx'
import { RichText } from './rich-text.tsx'
import { Ticks } from './ticks.tsx'
import type { ReactNode } from 'react'
import type { Row, Tick } from '../../sync/types.ts'

export type MessageRow = Extract<Row, { state: 'confirmed' | 'pending' | 'failed' }>

interface Props {
  row: MessageRow
  side: 'mine' | 'theirs'
  first: boolean
  last: boolean
  /** Null where faces say nothing new: own messages and direct rooms. */
  author: string | null
  imported: boolean
  /** Whether Tab stops at what can be done with it. */
  reachable: boolean
  tick: Tick | null
  quote: { name: string; text: string } | null
  onQuote: () => void
  onReply: ((row: MessageRow) => void) | null
  onRetry: (id: string) => void
  onDiscard: (id: string) => void
}

/** One message: its bubble, when it was written, how far it has come, and what can be done with it. */
export const Message = memo(function Message(props: Props) {
  const { row, side, first, last, author, imported, quote, onReply } = props
  const { text, at } = contentOf(row)
  const mine = side === 'mine'
  const large = quote === null && emojiOnly(text)
  // A short meta line shares the last line of the text only where both run the same way.
  const along = direction(text) !== (document.documentElement.dir === 'rtl' ? 'ltr' : 'rtl')
  const meta = <Meta at={at} bare={large} last={last} mine={mine} row={row} tick={props.tick} />
  return (
    <div className={`flex items-end gap-2 ${mine ? 'flex-row-reverse' : ''} ${first ? 'pt-2.5' : 'pt-0.5'}`}>
      {author !== null && (
        <span className="w-7 flex-none self-start pt-0.5">
          {first && <Avatar name={author} shape="person" size="small" />}
        </span>
      )}
      <div className={`flex min-w-0 max-w-[min(34rem,84%)] flex-col ${mine ? 'items-end' : 'items-start'}`}>
        {first && author !== null && (
          <p className="flex max-w-full items-baseline gap-2 pb-0.5 ps-1 text-sm">
            <bdi className="tone-text min-w-0 truncate font-semibold" data-tone={tone(author).tone}>
              {author}
            </bdi>
            {imported && (
              <span className="flex flex-none items-center gap-1 text-xs text-muted" title="Imported from another chat">
                <Icon name="imported" size={12} />
                imported
              </span>
            )}
          </p>
        )}
        <div
          className={`max-w-full ${large ? '' : bubble(mine, first, last, row.state)}`}
          title={last ? undefined : fullTime(at)}
        >
          {quote !== null && (
            <button
              className="mb-1 block w-full text-start hover:brightness-95"
              onClick={props.onQuote}
              tabIndex={props.reachable ? 0 : -1}
              title="Go to this message"
              type="button"
            >
              <QuoteBlock name={quote.name} text={quote.text} />
            </button>
          )}
          <Text along={along} large={large} meta={meta} text={text} />
        </div>
        {row.state === 'failed' && (
          <FailedLine
            onDiscard={() => props.onDiscard(row.key)}
            onRetry={() => props.onRetry(row.key)}
            reason={row.reason}
            text={text}
          />
        )}
      </div>
      {onReply !== null && row.state === 'confirmed' && (
        <button
          aria-label="Reply to this message"
          className="grid size-7 flex-none place-items-center self-center rounded-full text-muted pointer-events-none opacity-0 group-hover/row:pointer-events-auto group-hover/row:opacity-100 group-focus-within/row:pointer-events-auto group-focus-within/row:opacity-100 hover:bg-sunken hover:text-ink touch:-my-1 touch:size-11"
          onClick={() => onReply(row)}
          tabIndex={props.reachable ? 0 : -1}
          title="Reply"
          type="button"
        >
          <Icon mirrored name="reply" size={16} />
        </button>
      )}
    </div>
  )
})

/** Text and time of a row in any state. */
export function contentOf(row: MessageRow): { text: string; at: number } {
  return row.state === 'confirmed' ? row.message : row
}

function bubble(mine: boolean, first: boolean, last: boolean, state: MessageRow['state']): string {
  const corners = mine
    ? `${first ? '' : 'rounded-se-md'} ${last ? 'rounded-ee-sm' : 'rounded-ee-md'}`
    : `${first ? 'rounded-ss-sm' : 'rounded-ss-md'} ${last ? '' : 'rounded-es-md'}`
  const ground = mine ? 'bg-own border-own-line text-own-ink' : 'bg-raised border-line text-ink'
  return `rounded-2xl border px-3 py-1.5 ${corners} ${ground} ${state === 'failed' ? 'border-dashed border-danger!' : ''}`
}

function Text({ text, large, along, meta }: { text: string; large: boolean; along: boolean; meta: ReactNode }) {
  if (large) {
    return (
      <div className="flex items-end gap-2">
        <span className="text-4xl/tight" dir="auto">
          {text}
        </span>
        {meta}
      </div>
    )
  }
  if (along) {
    return (
      <div className="flow-root break-words whitespace-pre-wrap [overflow-wrap:anywhere]">
        <span dir="auto">
          <RichText text={text} />
        </span>
        <span className="float-end ms-2.5 mt-[0.3125rem]">{meta}</span>
      </div>
    )
  }
  return (
    <>
      <div className="break-words whitespace-pre-wrap [overflow-wrap:anywhere]" dir="auto">
        <RichText text={text} />
      </div>
      <div className="flex justify-end">{meta}</div>
    </>
  )
}

function Meta({
  at,
  mine,
  last,
  tick,
  row,
  bare,
}: {
  at: number
  mine: boolean
  last: boolean
  tick: Tick | null
  row: MessageRow
  bare: boolean
}) {
  return (
    <span
      className={`flex items-center gap-1 text-[0.6875rem] leading-4 whitespace-nowrap tabular-nums ${
        mine && !bare ? 'text-own-muted' : 'text-muted'
      }`}
    >
      {row.state === 'pending' && <Waiting since={row.since} />}
      {(last || row.state !== 'confirmed') && (
        <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
          {clock(at)}
        </time>
      )}
      {row.state === 'pending' && <Ticks tick="sending" />}
      {tick !== null && <Ticks tick={tick} />}
    </span>
  )
}

function Waiting({ since }: { since: number }) {
  return usePassed(since, 5_000) ? <span className="font-medium">Waiting for network</span> : null
}
