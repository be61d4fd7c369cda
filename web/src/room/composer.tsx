import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { limits } from '../../../protocol/limits.ts'
import { utf8Bytes } from '../../../protocol/text.ts'
import { persistently } from '../persistently.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { useDesk, type Place } from './desk.ts'
import { canDo } from './offers.ts'
import { offersNow } from './handle.ts'
import { QuoteBlock } from './quote.tsx'
import { span } from '../times.ts'
import { useWriting } from './use-writing.ts'
import type { KeyboardEvent, RefObject } from 'react'
import type { Composer as Draft, Inbox } from '../../sync/inbox/types.ts'
import type { RoomClient } from '../../sync/types.ts'
import type { Message } from '../../sync/wire.ts'
import type { Composing } from './desk.ts'
import type { TimelineHandle } from './timeline.tsx'

// Most people may write where they are.
const WritingClosed = lazy(async () => ({
  default: (await persistently(() => import('./writing-closed.tsx'))).WritingClosed,
}))

// On a touch keyboard Enter is the only way to a new line.
const touchKeyboard = matchMedia('(hover: none) and (pointer: coarse)')

/** Where a message is written: in the room, or in one of its threads. */
export function Composer({
  client,
  timeline,
  place,
  thread,
}: {
  client: RoomClient
  timeline: RefObject<TimelineHandle | null> | null
  place: Place
  /** The first message of the thread it is written in. */
  thread?: number
}) {
  const desk = useDesk()
  const field = useRef<HTMLTextAreaElement | null>(null)
  const composing = useStore(desk.laid, (now) => now.composing[place])
  const editing = composing?.kind === 'edit' ? composing.message : null
  const writes = useWriting(client.view, desk.mine.inbox)
  const [text, setText] = useState('')
  const [unkept, setUnkept] = useState(false)
  const aside = useRef('')
  const durable = useStore(client.view, (now) => now.durable)
  const bytes = text.length * 3 < limits.textBytes ? 0 : utf8Bytes(text)
  const tooLong = bytes > limits.textBytes
  const empty = text.trim() === ''
  const slow = writes.state === 'slow' && editing === null
  const held = empty || tooLong || slow
  // What was half written waits until the edit is over.
  const before = useRef<Message | null>(null)
  const fill = useCallback((written: string) => {
    if (before.current === null) setText(written)
    else aside.current = written
  }, [])
  const draft = useDraft(desk.mine.inbox, client.view.getState().roomId, thread, fill)
  const { compose } = desk

  const keepField = useCallback(
    (element: HTMLTextAreaElement | null) => {
      field.current = element
      desk.field(place, element)
    },
    [desk, place],
  )

  useEffect(() => {
    if (!touchKeyboard.matches) field.current?.focus({ preventScroll: true })
  }, [])

  useLayoutEffect(() => {
    if (before.current?.seq === editing?.seq) return
    if (before.current === null) aside.current = text
    before.current = editing
    setText(editing === null ? aside.current : editing.text)
  }, [editing, text])

  // field-sizing does this alone where it exists.
  useLayoutEffect(() => {
    const area = field.current
    if (area === null || CSS.supports('field-sizing', 'content')) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight}px`
  }, [text])

  function change(next: string) {
    setText(next)
    if (editing === null) {
      draft.current?.save(next)
      client.typing(next.trim() !== '')
    }
  }

  function send() {
    if (held) return
    const sent = text
    field.current?.focus()
    setUnkept(false)
    compose(place, null)
    if (editing !== null) {
      if (sent === editing.text) return
      return void client.edit(editing.seq, sent, [...editing.mentions]).catch(() => {
        compose(place, composing)
        setUnkept(true)
      })
    }
    setText('')
    const quote = composing?.kind === 'reply' ? { replyTo: composing.quote.seq } : {}
    client.send(sent, { ...quote, ...(thread === undefined ? {} : { thread }) }).catch(() => {
      // It could not even be kept: the words go back to where they can be kept by hand.
      setText((now) => (now === '' ? sent : `${sent}\n${now}`))
      setUnkept(true)
      compose(place, composing)
    })
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape' && composing !== null) {
      event.preventDefault()
      return compose(place, null)
    }
    if (event.key === 'Escape') return timeline?.current?.toLatest()
    const last = event.key === 'ArrowUp' && text === '' ? lastEditable() : null
    if (last !== null) {
      event.preventDefault()
      return compose(place, { kind: 'edit', message: last })
    }
    // What is longer than its field scrolls by itself.
    const fits = event.currentTarget.scrollHeight <= event.currentTarget.clientHeight
    if (fits && (event.key === 'PageUp' || event.key === 'PageDown') && timeline !== null) {
      event.preventDefault()
      return timeline.current?.page(event.key === 'PageUp' ? -1 : 1)
    }
    if (event.key !== 'Enter' || event.shiftKey || touchKeyboard.matches) return
    event.preventDefault()
    send()
  }

  function lastEditable(): Message | null {
    const row = client.view
      .getState()
      .rows.findLast(
        (one) =>
          one.state === 'confirmed' &&
          (thread === undefined || one.message.thread === thread) &&
          canDo(offersNow(desk, one.message), 'edit'),
      )
    return row?.state === 'confirmed' ? row.message : null
  }

  const note = tooLong || unkept || !durable || slow
  if (writes.state !== 'open' && writes.state !== 'slow') {
    return (
      <Suspense fallback={<div className="h-14 flex-none border-t border-line bg-surface" />}>
        <WritingClosed desk={desk} writes={writes} />
      </Suspense>
    )
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
        {composing !== null && <About composing={composing} onCancel={() => compose(place, null)} />}
        <div className="flex items-end gap-2">
          <textarea
            aria-describedby={note ? `${place}-note` : undefined}
            aria-invalid={tooLong || undefined}
            aria-label={
              editing !== null ? 'Edit your message' : thread === undefined ? 'Write a message' : 'Reply in the thread'
            }
            autoComplete="off"
            className="field-sizing-content max-h-[40dvh] min-h-11 w-full min-w-0 flex-1 resize-none rounded-2xl border border-line-strong bg-raised focus-visible:border-petrol focus-visible:outline-offset-0 focus-visible:outline-1 px-3.5 py-2.5 leading-snug text-base placeholder:text-muted sm:text-[0.9375rem]"
            dir="auto"
            enterKeyHint={touchKeyboard.matches ? 'enter' : 'send'}
            onBlur={() => {
              client.typing(false)
              draft.current?.focus(false)
            }}
            onChange={(event) => change(event.target.value)}
            onFocus={() => draft.current?.focus(true)}
            onKeyDown={onKeyDown}
            placeholder={
              editing !== null ? 'Edit your message' : thread === undefined ? 'Write a message' : 'Reply in the thread'
            }
            ref={keepField}
            rows={1}
            value={text}
          />
          <button
            aria-disabled={held || undefined}
            aria-label={editing === null ? 'Send' : 'Save'}
            className="grid size-11 flex-none place-items-center rounded-full bg-petrol text-on-petrol hover:bg-petrol-strong aria-disabled:bg-sunken aria-disabled:text-muted"
            // The field keeps the focus, so that the keyboard of a phone stays.
            onPointerDown={(event) => event.preventDefault()}
            title={editing === null ? 'Send' : 'Save'}
            type="submit"
          >
            {slow ? (
              <span className="text-sm font-semibold tabular-nums">{span(writes.until - writes.now)}</span>
            ) : (
              <Icon mirrored={editing === null} name={editing === null ? 'send' : 'check'} />
            )}
          </button>
        </div>
        {note && (
          <p
            className={`text-sm ${tooLong || unkept ? 'text-danger' : 'text-muted'}`}
            id={`${place}-note`}
            role="status"
          >
            {tooLong
              ? `This message is too long by ${(bytes - limits.textBytes).toLocaleString()} bytes.`
              : unkept
                ? 'The message could not be kept for sending. Try again.'
                : slow
                  ? `Slow mode: one message every ${span(writes.pauseMs)}.`
                  : 'Unsent messages will not survive closing this tab.'}
          </p>
        )}
      </div>
    </form>
  )
}

/** What is being replied to, or edited. */
function About({ composing, onCancel }: { composing: NonNullable<Composing>; onCancel: () => void }) {
  const edit = composing.kind === 'edit'
  return (
    <div className="flex items-center gap-2">
      {edit && <Icon name="edit" size={18} />}
      <div className="min-w-0 flex-1">
        {edit ? (
          <QuoteBlock name="Edit message" text={composing.message.text} />
        ) : (
          <QuoteBlock name={composing.quote.name} text={composing.quote.text} />
        )}
      </div>
      <IconButton label={edit ? 'Leave it as it was' : 'Do not reply to this'} onClick={onCancel}>
        <Icon name="close" size={18} />
      </IconButton>
    </div>
  )
}

/** What is half written here, on whichever device of the person's: `fill` gets what this composer has not seen yet. */
function useDraft(inbox: Inbox, room: string, thread: number | undefined, fill: (text: string) => void) {
  const draft = useRef<Draft | null>(null)
  useEffect(() => {
    const open = inbox.compose(room, thread ?? null, fill)
    draft.current = open
    return () => {
      draft.current = null
      open.close()
    }
  }, [inbox, room, thread, fill])
  return draft
}
