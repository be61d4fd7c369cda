import { anchorOf } from '../ui/popup.tsx'
import { handle, openMenu } from './handle.ts'
import type { KeyboardEvent } from 'react'
import type { Message } from '../../sync/wire.ts'
import type { Desk, Place } from './desk.ts'
import type { Doing } from './offers.ts'

/** What single keys do with the message that has the focus. */
const keys: Partial<Record<string, Doing>> = {
  '+': 'react',
  r: 'reply',
  e: 'edit',
  t: 'thread',
  c: 'copy',
  f: 'forward',
  i: 'info',
  u: 'unread',
  delete: 'delete',
}

/** Does what a key asks of the message whose row has the focus; false when it asks nothing of it. */
export function onMessageKey(desk: Desk, event: KeyboardEvent<HTMLElement>, message: Message, place: Place): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || message.system !== null) return false
  const row = event.target as HTMLElement
  const about = row.querySelector('[data-bubble]') ?? row
  const key = event.key.toLowerCase()
  if (key === 'enter' || key === 'm' || key === 'contextmenu' || (key === 'f10' && event.shiftKey)) {
    event.preventDefault()
    openMenu(desk, message, place, about)
    return true
  }
  const doing = keys[key]
  if (doing === undefined) return false
  event.preventDefault()
  handle(desk, doing, message, place, anchorOf(about))
  return true
}

/** The row to which a key leads from row `at` of `count`; null when it leads nowhere. */
export function stepRow(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowUp':
      return Math.max(0, at - 1)
    case 'ArrowDown':
      return Math.min(count - 1, at + 1)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
