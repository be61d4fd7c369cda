import { Menu, MenuItem, MenuRow } from '../ui/menu.tsx'
import { Sign } from '../ui/sign.tsx'
import { useDesk, type Place } from './desk.ts'
import { canDo, type Doing } from './offers.ts'
import { handle, offersNow, toggleReaction } from './handle.ts'
import type { ComponentProps } from 'react'
import type { Anchor } from '../ui/popup.tsx'
import type { Message } from '../../sync/wire.ts'

const quick = ['👍', '❤️', '😂', '😮', '😢', '🎉']

const items: Record<Exclude<Doing, 'react'>, { icon: ComponentProps<typeof Sign>['name']; words: string }> = {
  reply: { icon: 'reply', words: 'Reply' },
  thread: { icon: 'thread', words: 'Reply in thread' },
  edit: { icon: 'edit', words: 'Edit' },
  copy: { icon: 'copy', words: 'Copy text' },
  link: { icon: 'link', words: 'Copy link to message' },
  forward: { icon: 'forward', words: 'Forward' },
  pin: { icon: 'pin', words: 'Pin' },
  unpin: { icon: 'pin', words: 'Unpin' },
  unread: { icon: 'unread', words: 'Mark as unread from here' },
  info: { icon: 'info', words: 'Message info' },
  delete: { icon: 'trash', words: 'Delete' },
  undelete: { icon: 'undo', words: 'Bring it back' },
}

/** Everything that can be done with one message. */
export function MessageMenu({
  message,
  place,
  at,
  onClose,
}: {
  message: Message
  place: Place
  at: Anchor
  onClose: () => void
}) {
  const desk = useDesk()
  const { me } = desk.client.view.getState()
  const all = offersNow(desk, message)
  // First the menu goes and gives the focus back, then what was chosen may take it.
  const choose = (run: () => void) => () => {
    onClose()
    queueMicrotask(run)
  }
  return (
    <Menu at={at} label="Message" onClose={onClose}>
      {canDo(all, 'react') && (
        <MenuRow label="React">
          {quick.map((emoji) => {
            const own = message.reactions?.find((one) => one.emoji === emoji)?.people.includes(me) === true
            return (
              <button
                aria-checked={own}
                aria-label={`React with ${emoji}`}
                className={`grid size-9 place-items-center rounded-lg text-xl/none hover:bg-sunken max-sm:size-12 max-sm:text-2xl/none ${own ? 'bg-petrol-soft' : ''}`}
                key={emoji}
                onClick={choose(() => toggleReaction(desk, message, emoji))}
                role="menuitemcheckbox"
                tabIndex={-1}
                type="button"
              >
                {emoji}
              </button>
            )
          })}
          <button
            aria-label="More emoji"
            className="grid size-9 place-items-center rounded-lg text-muted hover:bg-sunken hover:text-ink max-sm:size-12"
            onClick={choose(() => desk.over({ kind: 'emoji', seq: message.seq, at }))}
            role="menuitem"
            tabIndex={-1}
            title="More emoji"
            type="button"
          >
            <Sign name="plus" />
          </button>
        </MenuRow>
      )}
      {all.map(({ doing, why }) =>
        doing === 'react' ? null : (
          <MenuItem
            danger={doing === 'delete'}
            icon={items[doing].icon}
            key={doing}
            onClick={choose(() => handle(desk, doing, message, place, at))}
            why={why}
          >
            {items[doing].words}
          </MenuItem>
        ),
      )}
    </Menu>
  )
}
