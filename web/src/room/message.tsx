import { memo } from 'react'
import { fullTime } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Icon } from '../ui/icon.tsx'
import { tone } from '../names.ts'
import { deletedText } from './deleted-text.ts'
import { direction } from './direction.ts'
import { emojiOnly } from './emoji-only.ts'
import { FailedLine } from './failed-line.tsx'
import { MessageMeta } from './message-meta.tsx'
import { MessageTools } from './message-tools.tsx'
import { QuoteBlock } from './quote.tsx'
import { Reactions } from './reactions.tsx'
import { RichText } from './rich-text.tsx'
import type { ReactNode } from 'react'
import type { Row, Tick } from '../../sync/types.ts'
import type { Place } from './desk.ts'
import type { People } from './people.ts'

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
  /** How the thread begins that it belongs to, where that is worth saying. */
  within: string | null
  /** How many replies its own thread has. */
  replies: number
  place: Place
  me: string
  people: People
  onQuote: () => void
  /** Opens the thread that it belongs to or begins. */
  onThread: () => void
  onRetry: (id: string) => void
  onDiscard: (id: string) => void
}

/** One message: its bubble, when it was written, how far it has come, and what can be done with it. */
export const Message = memo(function Message(props: Props) {
  const { row, side, first, last, author, imported, quote, place, reachable, within, replies } = props
  const { text, at } = contentOf(row)
  const message = row.state === 'confirmed' ? row.message : null
  const deleted = message?.deleted ? deletedText(message) : null
  const mine = side === 'mine'
  const large = quote === null && deleted === null && emojiOnly(text)
  // A short meta line shares the last line of the text only where both run the same way.
  const along = direction(text) !== (document.documentElement.dir === 'rtl' ? 'ltr' : 'rtl')
  const tick = deleted === null ? props.tick : null
  const meta = <MessageMeta at={at} bare={large} last={last} mine={mine} row={row} tick={tick} />
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
        {within !== null && (
          <button
            className="flex min-h-6 max-w-full items-center gap-1.5 rounded px-1 text-sm text-muted hover:text-ink hover:underline"
            onClick={props.onThread}
            tabIndex={reachable ? 0 : -1}
            title="Open the thread"
            type="button"
          >
            <Icon mirrored name="thread" size={14} />
            <span className="truncate">
              In the thread: <bdi>{within}</bdi>
            </span>
          </button>
        )}
        <div
          className={`max-w-full touch:select-none ${large ? '' : bubble(mine, first, last, deleted === null ? row.state : 'deleted')}`}
          data-bubble
          title={last ? undefined : fullTime(at)}
        >
          {message?.forwarded && (
            <p className="flex items-center gap-1 text-xs italic opacity-80">
              <Icon mirrored name="forward" size={12} />
              Forwarded
            </p>
          )}
          {quote !== null && (
            <button
              className="mb-1 block w-full text-start hover:brightness-95"
              onClick={props.onQuote}
              tabIndex={reachable ? 0 : -1}
              title="Go to this message"
              type="button"
            >
              <QuoteBlock name={quote.name} text={quote.text} />
            </button>
          )}
          {deleted === null ? (
            <Text along={along} large={large} meta={meta} text={text} />
          ) : (
            <p className="flex items-end gap-2.5">
              <span className="flex items-center gap-1.5 italic">
                <Icon name="trash" size={14} />
                {deleted}
              </span>
              {meta}
            </p>
          )}
        </div>
        {message !== null && <Reactions me={props.me} message={message} people={props.people} reachable={reachable} />}
        {replies > 0 && (
          <button
            className="mt-0.5 flex min-h-7 items-center gap-1.5 rounded-full px-2 text-sm font-medium text-petrol hover:underline touch:min-h-11"
            onClick={props.onThread}
            tabIndex={reachable ? 0 : -1}
            type="button"
          >
            <Icon mirrored name="thread" size={16} />
            {replies === 1 ? '1 reply' : `${replies.toLocaleString()} replies`}
          </button>
        )}
        {row.state === 'failed' && (
          <FailedLine
            onDiscard={() => props.onDiscard(row.key)}
            onRetry={() => props.onRetry(row.key)}
            reason={row.reason}
            text={text}
          />
        )}
      </div>
      {message !== null && <MessageTools message={message} place={place} reachable={reachable} />}
    </div>
  )
})

/** Text and time of a row in any state. */
export function contentOf(row: MessageRow): { text: string; at: number } {
  return row.state === 'confirmed' ? row.message : row
}

function bubble(mine: boolean, first: boolean, last: boolean, state: MessageRow['state'] | 'deleted'): string {
  const corners = mine
    ? `${first ? '' : 'rounded-se-md'} ${last ? 'rounded-ee-sm' : 'rounded-ee-md'}`
    : `${first ? 'rounded-ss-sm' : 'rounded-ss-md'} ${last ? '' : 'rounded-es-md'}`
  const ground =
    state === 'deleted'
      ? 'border-dashed border-line-strong text-muted'
      : mine
        ? 'bg-own border-own-line text-own-ink'
        : 'bg-raised border-line text-ink'
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
