import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { openGuestChat, type GuestChat } from '../../../sync/guest-chat.ts'
import { socketAddress } from '../../../sync/client.ts'
import { socketTransport } from '../../../sync/socket.ts'
import { gate } from '../../gate.ts'
import { loadShell } from '../../shell/load-shell.ts'
import { clock } from '../../times.ts'
import { Button } from '../../ui/button.tsx'
import type { GuestMessage } from '../../../../protocol/guest-chat.ts'

/** Listens to the meeting's chat for whoever is no member of its room, whether it is open or not; null: they are, or not yet. */
export function useGuestChat(meeting: string, stranger: boolean): GuestChat | null {
  const [chat, setChat] = useState<GuestChat | null>(null)
  useEffect(() => {
    if (!stranger) return
    const opened = openGuestChat({
      openTransport: (events) =>
        socketTransport({ address: socketAddress(gate.origin, `meetings/${meeting}/chat`) }, events),
      ...{ refresh: gate.session.refresh, clock: gate.clock, random: Math.random },
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    })
    setChat(opened)
    const back = () => document.visibilityState === 'visible' && opened.verify()
    document.addEventListener('visibilitychange', back)
    return () => {
      document.removeEventListener('visibilitychange', back)
      setChat(null)
      opened.close()
    }
  }, [meeting, stranger])
  return chat
}

/** The meeting's chat for whoever is no member of its room: what was said since they came, and their own words. */
export async function loadStrangerChat() {
  const { parts } = await loadShell()
  const { ConnectionBar, RichText } = parts

  return { default: StrangerChat }

  function StrangerChat({ chat }: { chat: GuestChat }) {
    const { connection, closed, me, announcing, messages, unsaid } = useStore(chat.view)
    const [text, setText] = useState('')
    const [wrong, setWrong] = useState<string | null>(null)
    const log = useRef<HTMLDivElement>(null)
    const atEnd = useRef(true)
    const [behind, setBehind] = useState(false)
    // Who reads further up is not moved.
    useLayoutEffect(() => {
      if (atEnd.current) toEnd()
      else setBehind(true)
    }, [messages.length, unsaid.length])

    function look({ scrollTop, scrollHeight, clientHeight }: Element) {
      atEnd.current = scrollHeight - scrollTop - clientHeight < 40
      if (atEnd.current) setBehind(false)
    }

    function toEnd() {
      const element = log.current
      if (element !== null) element.scrollTop = element.scrollHeight
    }

    function send() {
      if (text.trim() === '') return
      try {
        chat.send(text)
        atEnd.current = true
        setText('')
        setWrong(null)
      } catch {
        setWrong('This is too long for one message.')
      }
    }

    return (
      <section aria-label="Chat" className="flex h-full min-h-0 flex-col">
        <ConnectionBar connection={connection} />
        <div className="relative grid min-h-0 flex-1">
          <div
            aria-label="Messages"
            className="min-h-0 overflow-y-auto p-3"
            onScroll={({ currentTarget }) => look(currentTarget)}
            ref={log}
            role="log"
            tabIndex={0}
          >
            {messages.length === 0 && unsaid.length === 0 && (
              <p className="p-4 text-center text-muted text-pretty">
                Here stands what is said from now on. It stays in the room of this meeting.
              </p>
            )}
            {messages.map((message, index) => (
              <Line
                follows={follows(message, messages[index - 1])}
                key={message.id}
                message={message}
                mine={message.guest !== undefined && message.guest.id === me?.id}
              />
            ))}
            {unsaid.map(({ id, text: said, why }) => (
              <div className="mt-2 text-muted" key={id}>
                <p className="whitespace-pre-wrap wrap-anywhere" dir="auto">
                  {said}
                </p>
                {why === null ? (
                  <span className="text-sm">Sending…</span>
                ) : (
                  <span className="flex flex-wrap gap-3 text-sm text-danger">
                    {why}
                    <Button look="link" onClick={() => chat.retry(id)}>
                      Try again
                    </Button>
                    <Button look="link" onClick={() => chat.discard(id)}>
                      Take it back
                    </Button>
                  </span>
                )}
              </div>
            ))}
          </div>
          {behind && (
            <Button className="absolute inset-x-0 bottom-2 mx-auto w-fit shadow-float" onClick={toEnd}>
              New messages
            </Button>
          )}
        </div>
        {closed !== null ? (
          <p className="border-t border-line p-3 text-center text-muted">The chat is closed to you.</p>
        ) : announcing ? (
          <p className="border-t border-line p-3 text-center text-muted">Only admins of the room write here.</p>
        ) : (
          <form
            className="flex items-end gap-2 border-t border-line p-2"
            onSubmit={(event) => {
              event.preventDefault()
              send()
            }}
          >
            <label className="grid min-w-0 flex-1 text-sm text-danger">
              {wrong}
              <textarea
                aria-label="Write a message"
                className="min-h-11 w-full resize-none rounded-2xl border border-line bg-raised px-3 py-2 text-base text-ink"
                dir="auto"
                onChange={(event) => setText(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
                  event.preventDefault()
                  send()
                }}
                placeholder="Write a message"
                rows={Math.min(6, text.split('\n').length)}
                value={text}
              />
            </label>
            <Button disabled={text.trim() === ''} type="submit">
              Send
            </Button>
          </form>
        )}
      </section>
    )
  }

  function Line({ message, mine, follows: on }: { message: GuestMessage; mine: boolean; follows: boolean }) {
    const { system, deleted, guest, name, at, text } = message
    if (system !== null) {
      const happened = system.kind === 'call_started' ? 'The call began' : 'The call ended'
      return <p className="py-2 text-center text-sm text-muted">{happened}</p>
    }
    return (
      <article className={on ? 'mt-0.5' : 'mt-3'}>
        <p className={on ? 'sr-only' : 'flex gap-1.5 text-sm text-muted'}>
          <bdi className="truncate font-semibold text-ink">
            {mine ? 'You' : (guest?.name ?? name ?? 'Deleted account')}
          </bdi>
          {guest !== undefined && !mine && <span>(guest)</span>}
          <time className="flex-none" dateTime={new Date(at).toISOString()}>
            {clock(at)}
          </time>
        </p>
        <p className="whitespace-pre-wrap wrap-anywhere" dir="auto">
          {deleted === undefined ? <RichText text={text} /> : <em className="text-muted">This message was deleted.</em>}
        </p>
      </article>
    )
  }
}

/** Whether someone goes on with what they said just before. */
function follows(message: GuestMessage, before: GuestMessage | undefined): boolean {
  if (before === undefined || before.system !== null || message.system !== null) return false
  const same = before.guest?.id === message.guest?.id && before.by === message.by
  return same && message.at - before.at < 300_000
}
