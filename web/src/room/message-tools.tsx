import { Icon } from '../ui/icon.tsx'
import { anchorOf } from '../ui/popup.tsx'
import { useDesk, type Place } from './desk.ts'
import { canDo } from './offers.ts'
import { handle, offersNow, openMenu } from './handle.ts'
import type { ComponentProps } from 'react'
import type { Message } from '../../sync/wire.ts'

/** Beside a message while the pointer or the focus is on it: the two most common things to do, and all of them. */
export function MessageTools({ message, place, reachable }: { message: Message; place: Place; reachable: boolean }) {
  const desk = useDesk()
  const can = offersNow(desk, message)
  if (can.length === 0) return null
  const tool = (doing: 'react' | 'reply', label: string, icon: ComponentProps<typeof Icon>['name']) =>
    canDo(can, doing) && (
      <Tool
        className="max-sm:hidden touch:hidden"
        icon={icon}
        label={label}
        onClick={(at) => handle(desk, doing, message, place, anchorOf(at))}
        reachable={reachable}
      />
    )
  return (
    <div className="flex flex-none self-center opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100">
      {tool('react', 'React', 'smile')}
      {tool('reply', 'Reply to this message', 'reply')}
      <Tool
        icon="more"
        label="More to do with this message"
        menu
        onClick={(at) => openMenu(desk, message, place, at)}
        reachable={reachable}
      />
    </div>
  )
}

function Tool({
  icon,
  label,
  menu,
  className = '',
  reachable,
  onClick,
}: {
  icon: ComponentProps<typeof Icon>['name']
  label: string
  menu?: boolean
  className?: string
  reachable: boolean
  onClick: (at: Element) => void
}) {
  return (
    <button
      aria-haspopup={menu ? 'menu' : undefined}
      aria-label={label}
      className={`grid size-7 place-items-center rounded-full text-muted hover:bg-sunken hover:text-ink touch:-my-2 touch:size-11 ${className}`}
      onClick={(event) => onClick(event.currentTarget)}
      tabIndex={reachable ? 0 : -1}
      title={label}
      type="button"
    >
      <Icon mirrored={icon === 'reply'} name={icon} size={17} />
    </button>
  )
}
