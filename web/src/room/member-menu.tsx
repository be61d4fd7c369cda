import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx'
import { span } from '../times.ts'
import type { ComponentProps } from 'react'
import type { Anchor } from '../ui/popup.tsx'
import type { Member } from '../../sync/wire.ts'
import type { Asked, Change } from './member-changes.ts'

type Icon = ComponentProps<typeof MenuItem>['icon']

/** What I may do with one member: in the room, and for myself. */
export function MemberMenu({
  member,
  can,
  blocked,
  at,
  onChoose,
  onBlock,
  onClose,
}: {
  member: Member
  can: readonly Change[]
  /** Whether I block them. */
  blocked: boolean
  at: Anchor
  onChoose: (asked: Asked) => void
  onBlock: (on: boolean) => void
  onClose: () => void
}) {
  return (
    <Menu at={at} label={member.name} onClose={onClose}>
      {can.map((change) => {
        const { icon, words } = wordsOf(change)
        const danger = change.kind === 'remove' || change.kind === 'ban'
        return (
          <MenuItem danger={danger} icon={icon} key={words} onClick={() => onChoose({ ...change, member })}>
            {words}
          </MenuItem>
        )
      })}
      {can.length > 0 && <MenuLine />}
      <MenuItem danger={!blocked} icon="block" onClick={() => onBlock(!blocked)}>
        {blocked ? 'Unblock' : 'Block'}
      </MenuItem>
    </Menu>
  )
}

function wordsOf(change: Change): { icon: Icon; words: string } {
  switch (change.kind) {
    case 'role':
      return {
        icon: 'people',
        words: `Make ${{ admin: 'admin', moderator: 'moderator', member: 'an ordinary member' }[change.role]}`,
      }
    case 'owner':
      return { icon: 'forward', words: 'Hand the room over' }
    case 'silence':
      return {
        icon: 'hush',
        words: change.forMs === null ? 'Silence until lifted' : `Silence for ${span(change.forMs)}`,
      }
    case 'unsilence':
      return { icon: 'horn', words: 'Let write again' }
    case 'remove':
      return { icon: 'leave', words: 'Remove from the room' }
    case 'ban':
      return { icon: 'close', words: 'Ban' }
  }
}
