import { type KeyboardEvent, useState } from 'react'
import { lasted, useSecond } from '../../calls/lasted.ts'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { anchorOf, type Anchor } from '../../ui/popup.tsx'
import { Control } from './control.tsx'
import type { Look } from './stage.tsx'

/** What one can do in a meeting, under it. */
export function Bar({
  sends,
  mayPublish,
  video,
  handUp,
  look,
  beside,
  ends,
  records,
  waiting,
  unread,
  title,
  startedAt,
  mini,
  onToggle,
  onRecord,
  onHand,
  onLook,
  onShow,
  onDevices,
  onHelp,
  onInvite,
  onLeave,
  onEnd,
}: {
  sends: { microphone: boolean; camera: boolean; screen: boolean }
  mayPublish: boolean
  video: boolean
  handUp: boolean
  look: Look
  beside: 'people' | 'chat' | null
  /** Whether they choose between leaving and ending it for everyone. */
  ends: boolean
  /** Whether it is recorded now; null: that is not theirs to decide. */
  records: boolean | null
  /** How many wait to be let in. */
  waiting: number
  /** How many messages of the chat they have not seen. */
  unread: number
  title: string
  startedAt: number | null
  mini: () => void
  onToggle: (kind: 'microphone' | 'camera' | 'screen') => void
  onRecord: () => void
  onHand: () => void
  onLook: () => void
  onShow: (which: 'people' | 'chat') => void
  onDevices: () => void
  onHelp: () => void
  /** Null: that is not theirs to do. */
  onInvite: (() => void) | null
  onLeave: () => void
  onEnd: () => void
}) {
  const [menu, setMenu] = useState<Anchor | null>(null)
  const [leaves, setLeaves] = useState<Anchor | null>(null)
  const close = (then: () => void) => () => {
    setMenu(null)
    setLeaves(null)
    then()
  }
  const shares = 'getDisplayMedia' in (navigator.mediaDevices ?? {})
  return (
    <div
      aria-label="In the meeting"
      className="relative flex flex-none flex-wrap items-center justify-center gap-1 border-t border-line bg-surface px-2 pt-2 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:gap-2"
      onKeyDown={walk}
      role="toolbar"
    >
      <p className="absolute inset-y-0 start-4 flex max-w-[24%] items-center gap-2 text-sm text-muted max-lg:hidden">
        <bdi className="truncate font-medium text-ink">{title}</bdi>
        {startedAt !== null && <Since at={startedAt} />}
      </p>
      <Control
        aria-pressed={sends.microphone}
        disabled={!mayPublish}
        glyph={sends.microphone ? 'microphone' : 'muted'}
        hint="M"
        label="Microphone"
        look={sends.microphone ? 'on' : 'off'}
        onClick={() => onToggle('microphone')}
      />
      {video && (
        <Control
          aria-pressed={sends.camera}
          disabled={!mayPublish}
          glyph={sends.camera ? 'camera' : 'dark'}
          hint="V"
          label="Camera"
          look={sends.camera ? 'on' : 'off'}
          onClick={() => onToggle('camera')}
        />
      )}
      {shares && (
        <Control
          aria-pressed={sends.screen}
          disabled={!mayPublish}
          className="max-[27rem]:hidden"
          glyph="screen"
          hint="S"
          label="Share the screen"
          look={sends.screen ? 'active' : 'on'}
          onClick={() => onToggle('screen')}
        />
      )}
      <Control
        aria-pressed={handUp}
        glyph="hand"
        hint="H"
        label="Raise the hand"
        look={handUp ? 'active' : 'on'}
        onClick={onHand}
      />
      <Control
        aria-pressed={beside === 'chat'}
        count={unread}
        glyph="chat"
        hint="C"
        label={unread > 0 ? 'Chat, unread' : 'Chat'}
        look={beside === 'chat' ? 'active' : 'on'}
        onClick={() => onShow('chat')}
      />
      <Control
        aria-pressed={beside === 'people'}
        count={waiting}
        glyph="people"
        hint="P"
        label={waiting > 0 ? 'People, waiting' : 'People'}
        look={beside === 'people' ? 'active' : 'on'}
        onClick={() => onShow('people')}
      />
      <Control
        aria-haspopup="menu"
        glyph="more"
        label="More"
        onClick={(event) => setMenu(anchorOf(event.currentTarget))}
      />
      <Control
        aria-haspopup={ends ? 'menu' : undefined}
        glyph="hangup"
        label="Leave"
        look="leave"
        onClick={(event) => (ends ? setLeaves(anchorOf(event.currentTarget)) : onLeave())}
      />
      {menu !== null && (
        <Menu at={menu} label="More" onClose={() => setMenu(null)}>
          {shares && mayPublish && (
            <div className="min-[27rem]:hidden" role="presentation">
              <MenuItem icon="share" onClick={close(() => onToggle('screen'))}>
                {sends.screen ? 'Stop the sharing' : 'Share the screen'}
              </MenuItem>
            </div>
          )}
          <MenuItem icon="people" onClick={close(onLook)}>
            {look === 'grid' ? 'Show who speaks' : 'Show everyone'}
          </MenuItem>
          {records !== null && (
            <MenuItem danger={records} icon="eye" onClick={close(onRecord)}>
              {records ? 'Stop recording' : 'Record'}
            </MenuItem>
          )}
          {onInvite !== null && (
            <MenuItem icon="link" onClick={close(onInvite)}>
              Bring others in
            </MenuItem>
          )}
          <MenuItem icon="settings" onClick={close(onDevices)}>
            Microphone, camera and speaker
          </MenuItem>
          {document.pictureInPictureEnabled && (
            <MenuItem icon="copy" onClick={close(mini)}>
              Mini window
            </MenuItem>
          )}
          <MenuItem icon="info" onClick={close(onHelp)}>
            Keys
          </MenuItem>
        </Menu>
      )}
      {leaves !== null && (
        <Menu at={leaves} label="Leave" onClose={() => setLeaves(null)}>
          <MenuItem icon="leave" onClick={close(onLeave)}>
            Leave the meeting
          </MenuItem>
          <MenuItem danger icon="close" onClick={close(onEnd)}>
            End it for everyone
          </MenuItem>
        </Menu>
      )}
    </div>
  )
}

/** For how long it has been going on. */
function Since({ at }: { at: number }) {
  return <span className="flex-none tabular-nums">{lasted(useSecond() - at)}</span>
}

/** Arrows lead along the bar, as in every toolbar, and Tab goes through it all the same. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(':scope > button:enabled')]
  const buttons = all.filter(({ offsetParent }) => offsetParent !== null)
  const at = buttons.findIndex((button) => button === event.target)
  const places: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }
  const to = places[event.key]
  if (at < 0 || to === undefined) return
  event.preventDefault()
  buttons.at(to % buttons.length)?.focus()
}
