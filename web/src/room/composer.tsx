import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { limits } from '../../../protocol/limits.ts'
import { utf8Bytes } from '../../../protocol/text.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { QuoteBlock } from './quote.tsx'
import type { KeyboardEvent, RefObject } from 'react'
import type { RoomClient } from '../../sync/types.ts'
import type { Quote } from './quote.tsx'
import type { TimelineHandle } from './timeline.tsx'

// On a touch keyboard Enter is the only way to a new line.
const touchKeyboard = matchMedia('(hover: none) and (pointer: coarse)')

/** Where a message is written. */
export function Composer({
  client,
  field,
  quote,
  onQuote,
  timeline,
}: {
  client: RoomClient
  field: RefObject<HTMLTextAreaElement | null>
  quote: Quote | null
  onQuote: (quote: Quote | null) => void
  timeline: RefObject<TimelineHandle | null>
}) {
  const [text, setText] = useState('')
  const [unkept, setUnkept] = useState(false)
  const touched = useRef(false)
  const durable = useStore(client.view, (now) => now.durable)
  const bytes = text.length * 3 < limits.textBytes ? 0 : utf8Bytes(text)
  const tooLong = bytes > limits.textBytes
  const empty = text.trim() === ''

  useEffect(() => {
    let gone = false
    client.draft().then(
      (draft) => {
        // What was typed while the draft was being fetched wins over it.
        if (!gone && !touched.current) setText(draft)
      },
      () => undefined,
    )
    return () => {
      gone = true
    }
  }, [client])

  useEffect(() => {
    if (!touchKeyboard.matches) field.current?.focus({ preventScroll: true })
  }, [field])

  // field-sizing does this alone where it exists.
  useLayoutEffect(() => {
    const area = field.current
    if (area === null || CSS.supports('field-sizing', 'content')) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight}px`
  }, [field, text])

  function change(next: string) {
    touched.current = true
    setText(next)
    client.saveDraft(next)
    client.typing(next.trim() !== '')
  }

  function send() {
    if (empty || tooLong) return
    const sent = text
    const replied = quote
    setText('')
    setUnkept(false)
    onQuote(null)
    field.current?.focus()
    client.send(sent, replied === null ? {} : { replyTo: replied.seq }).catch(() => {
      // It could not even be kept: the words go back to where they can be kept by hand.
      setText((now) => (now === '' ? sent : `${sent}\n${now}`))
      setUnkept(true)
      if (replied !== null) onQuote(replied)
    })
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') return quote === null ? timeline.current?.toLatest() : onQuote(null)
    // What is longer than its field scrolls by itself.
    const fits = event.currentTarget.scrollHeight <= event.currentTarget.clientHeight
    if (fits && (event.key === 'PageUp' || event.key === 'PageDown')) {
      event.preventDefault()
      return timeline.current?.page(event.key === 'PageUp' ? -1 : 1)
    }
    if (event.key !== 'Enter' || event.shiftKey || touchKeyboard.matches) return
    event.preventDefault()
    send()
  }

  return (
    <form
      className="flex-none border-t border-line bg-surface px-3 pt-2.5 pb-[max(0.625rem,env(safe-area-inset-bottom))] sm:px-4"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <div className="mx-auto grid max-w-[54rem] gap-2">
        {quote !== null && (
          <div className="flex items-center gap-2">
            <div className="min-w-0 flex-1">
              <QuoteBlock name={quote.name} text={quote.text} />
            </div>
            <IconButton label="Do not reply to this" onClick={() => onQuote(null)}>
              <Icon name="close" size={18} />
            </IconButton>
          </div>
        )}
        <div className="flex items-end gap-2">
          <textarea
            aria-describedby={tooLong || unkept || !durable ? 'composer-note' : undefined}
            aria-invalid={tooLong || undefined}
            aria-label="Write a message"
            autoComplete="off"
            className="field-sizing-content max-h-[40dvh] min-h-11 w-full min-w-0 flex-1 resize-none rounded-2xl border border-line-strong bg-raised focus-visible:border-petrol focus-visible:outline-offset-0 focus-visible:outline-1 px-3.5 py-2.5 leading-snug text-base placeholder:text-muted sm:text-[0.9375rem]"
            dir="auto"
            enterKeyHint={touchKeyboard.matches ? 'enter' : 'send'}
            onBlur={() => client.typing(false)}
            onChange={(event) => change(event.target.value)}
            onKeyDown={onKeyDown}
            placeholder="Write a message"
            ref={field}
            rows={1}
            value={text}
          />
          <button
            aria-disabled={empty || tooLong || undefined}
            aria-label="Send"
            className="grid size-11 flex-none place-items-center rounded-full bg-petrol text-on-petrol hover:bg-petrol-strong aria-disabled:bg-sunken aria-disabled:text-muted"
            // The field keeps the focus, so that the keyboard of a phone stays.
            onPointerDown={(event) => event.preventDefault()}
            title="Send"
            type="submit"
          >
            <Icon mirrored name="send" />
          </button>
        </div>
        {(tooLong || unkept || !durable) && (
          <p className={`text-sm ${tooLong || unkept ? 'text-danger' : 'text-muted'}`} id="composer-note" role="status">
            {tooLong
              ? `This message is too long by ${(bytes - limits.textBytes).toLocaleString()} bytes.`
              : unkept
                ? 'The message could not be kept for sending. Try again.'
                : 'Unsent messages will not survive closing this tab.'}
          </p>
        )}
      </div>
    </form>
  )
}
