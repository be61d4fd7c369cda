import { useCallback } from 'react'
import { useStore } from 'zustand'
import { deletedText } from './deleted-text.ts'
import { useDesk, type Place } from './desk.ts'
import { Folded, foldedText, useFolded } from './folded.tsx'
import { GapRow } from './gap-row.tsx'
import { Message } from './message.tsx'
import { authorName } from './people.ts'
import { SystemRow } from './system-row.tsx'
import type { RoomClient, Tick } from '../../sync/types.ts'
import type { Message as Stored } from '../../sync/wire.ts'
import type { Entry } from './entries.ts'
import type { People } from './people.ts'

export interface RowBodyProps {
  entry: Entry
  client: RoomClient
  people: People
  me: string
  /** A direct room needs no names over the messages. */
  direct: boolean
  tick: Tick | null
  /** The message that it replies to, and the one that begins its thread, where they are loaded. */
  replied: Stored | null
  begun: Stored | null
  /** How many replies its own thread has. */
  replies: number
  place: Place
  reachable: boolean
}

/** What a row holds: a message, a fact of the room, or what is not loaded. */
export function RowBody({
  entry,
  client,
  people,
  me,
  direct,
  tick,
  replied,
  begun,
  replies,
  place,
  reachable,
}: RowBodyProps) {
  const desk = useDesk()
  const { row, side, first, last, thread } = entry
  const folded = useFolded(row, direct)
  const blocked = useStore(desk.mine.inbox.view, (now) => now.blocked)
  const onRetry = useCallback((id: string) => client.retry(id), [client])
  const onDiscard = useCallback((id: string) => void client.discard(id), [client])
  const replyTo = row.state === 'gap' ? null : row.state === 'confirmed' ? row.message.replyTo : row.replyTo
  const onQuote = useCallback(() => {
    if (replyTo !== null) desk.show(replyTo)
  }, [desk, replyTo])
  const root = thread ?? (row.state === 'confirmed' ? row.message.seq : null)
  const onThread = useCallback(() => {
    if (root !== null) desk.beside({ kind: 'thread', root })
  }, [desk, root])
  if (row.state === 'gap') return <Gap after={row.after} before={row.before} client={client} />
  if (row.state === 'confirmed' && row.message.system !== null)
    return <SystemRow message={row.message} people={people} />
  if (row.state === 'confirmed' && folded) return <Folded reachable={reachable} seq={row.message.seq} />
  const hides = (message: Stored) => !direct && blocked.includes(message.by ?? '')
  const imported = row.state === 'confirmed' && row.message.source !== null && row.message.by === null
  const within =
    thread === null || place === 'thread' || !first
      ? null
      : begun === null
        ? 'an earlier message'
        : hides(begun)
          ? foldedText
          : textOf(begun)
  return (
    <Message
      author={
        row.state === 'confirmed' && side === 'theirs' && (!direct || imported || row.message.guest)
          ? authorName(row.message, people)
          : null
      }
      first={first}
      imported={imported}
      last={last}
      me={me}
      onDiscard={onDiscard}
      onQuote={onQuote}
      onRetry={onRetry}
      onThread={onThread}
      people={people}
      place={place}
      quote={replyTo === null ? null : quoteOf(replied, people, hides)}
      reachable={reachable}
      replies={replies}
      row={row}
      side={side === 'mine' ? 'mine' : 'theirs'}
      tick={tick}
      within={within}
    />
  )
}

const notLoaded = { name: 'An earlier message', text: 'Show it' }

function quoteOf(replied: Stored | null, people: People, hides: (message: Stored) => boolean) {
  if (replied === null) return notLoaded
  return { name: authorName(replied, people), text: hides(replied) ? foldedText : textOf(replied) }
}

/** The text of a message on one line, or why there is none. */
export function textOf(message: Stored): string {
  return message.deleted ? deletedText(message) : message.text
}

function Gap({ client, after, before }: { client: RoomClient; after: number; before: number }) {
  const load = useCallback(() => client.loadGap(after, before), [client, after, before])
  return <GapRow load={load} />
}
