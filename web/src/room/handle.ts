import { limits } from '../../../protocol/limits.ts'
import { anchorOf, type Anchor } from '../ui/popup.tsx'
import { canDo, offers, type Doing } from './offers.ts'
import { authorName, peopleOf } from './people.ts'
import { myself, writing } from './standing.ts'
import type { Desk, Place } from './desk.ts'
import type { Message } from '../../sync/wire.ts'

/** What there is to do with a message now, as the room stands. */
export function offersNow(desk: Desk, message: Message) {
  const view = desk.client.view.getState()
  const mine = myself(view)
  if (mine === null) return []
  const now = Date.now() + view.clockOffset
  return offers(message, mine, {
    writes: writing(view, now, desk.mine.inbox.view.getState().blocked),
    live: view.connection.state === 'live',
    now,
  })
}

/** Does something with a message, if it may be done now; `at` is where it was asked for. */
export function handle(desk: Desk, doing: Doing, message: Message, place: Place, at: Anchor): void {
  if (!canDo(offersNow(desk, message), doing)) return
  const { client } = desk
  const { seq } = message
  switch (doing) {
    case 'react':
      return desk.over({ kind: 'emoji', seq, at })
    case 'reply': {
      const people = peopleOf(client.view.getState().members)
      desk.compose(place, { kind: 'reply', quote: { seq, name: authorName(message, people), text: message.text } })
      return desk.focusField(place)
    }
    case 'thread':
      return desk.beside({ kind: 'thread', root: message.thread ?? seq })
    case 'edit':
      desk.compose(place, { kind: 'edit', message })
      return desk.focusField(place)
    case 'pin':
      return desk.attempt(client.pin(seq, true))
    case 'unpin':
      return desk.attempt(client.pin(seq, false))
    case 'forward':
      return desk.over({ kind: 'forward', message })
    case 'copy':
      return copy(desk, message.text)
    case 'link':
      return copy(desk, `${location.origin}/r/${client.view.getState().roomId}/m/${seq}`)
    case 'unread':
      client.markUnread(seq)
      return desk.say('Unread from here on.', { action: { label: 'Undo', run: () => client.markUnread(null) } })
    case 'info':
      return desk.beside({ kind: 'info', seq })
    case 'delete':
      if (message.by !== client.view.getState().me) return desk.over({ kind: 'delete', message })
      desk.attempt(client.remove(seq))
      return desk.say('Message deleted.', {
        forMs: limits.undeleteMs,
        action: { label: 'Undo', run: () => desk.attempt(client.undelete(seq)) },
      })
    case 'undelete':
      return desk.attempt(client.undelete(seq))
  }
}

/** Adds my reaction, or takes it away. */
export function toggleReaction(desk: Desk, message: Message, emoji: string): void {
  const { view, react } = desk.client
  if (!canDo(offersNow(desk, message), 'react')) return
  const mine = message.reactions?.find((reaction) => reaction.emoji === emoji)?.people.includes(view.getState().me)
  desk.attempt(react(message.seq, emoji, mine !== true))
}

/** Opens what can be done with a message. */
export function openMenu(desk: Desk, message: Message, place: Place, at: Anchor | Element): void {
  const { over } = desk.laid.getState()
  // A long press may be told twice.
  if (message.system !== null || (over?.kind === 'menu' && over.seq === message.seq)) return
  desk.over({ kind: 'menu', seq: message.seq, place, at: at instanceof Element ? anchorOf(at) : at })
}

function copy(desk: Desk, text: string): void {
  // There is no clipboard outside a secure context.
  const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))
  copied.then(
    () => desk.say('Copied.'),
    () => desk.say('It could not be copied: select the text and copy it by hand.'),
  )
}
