import { useState } from 'react'
import { useStore } from 'zustand'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Switch } from '../../ui/choices.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Sign } from '../../ui/sign.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { Panel } from '../../ui/panel.tsx'
import { anchorOf, type Anchor } from '../../ui/popup.tsx'
import { Glyph } from '../glyph.tsx'
import type { HostAct, MeetingRole, Participant, Waiting } from '../../../../protocol/meetings.ts'
import type { Media, Tile } from './media.ts'

const roles: Record<MeetingRole, string> = {
  host: 'Host',
  cohost: 'Co-host',
  speaker: '',
  viewer: 'Only listens',
  guest: 'Guest',
}

/** Who is in, who waits, and what a host does with them. */
export function People({
  people,
  waiting,
  media,
  me,
  hosts,
  locked,
  onAct,
  onInvite,
  onClose,
}: {
  people: readonly Participant[]
  waiting: readonly Waiting[]
  media: Media
  me: string
  /** Whether I run the meeting. */
  hosts: boolean
  locked: boolean
  onAct: (act: HostAct) => Promise<string | null>
  /** Gets others in; null: that is not theirs to do. */
  onInvite: (() => void) | null
  onClose: () => void
}) {
  const tiles = useStore(media.view, (now) => now.tiles)
  const [menu, setMenu] = useState<{ id: string; at: Anchor } | null>(null)
  const [ejecting, setEjecting] = useState<Participant | null>(null)
  const here = people.filter((person) => person.here || person.id === me)
  const hands = here.filter(({ handAt }) => handAt !== null).toSorted((a, b) => a.handAt! - b.handAt!)
  // As they are now: also while the menu is open.
  const chosen = here.find(({ id }) => id === menu?.id)
  const calm = here.filter(({ handAt }) => handAt === null)
  const line = (person: Participant, place: number | null) => (
    <Line
      hosts={hosts}
      key={person.id}
      me={me}
      onMenu={(at) => setMenu({ id: person.id, at })}
      person={person}
      place={place}
      tiles={tiles}
    />
  )
  return (
    <Panel onClose={onClose} title={`People (${here.length})`}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 p-4">
        {onInvite !== null && (
          <Button look="quiet" onClick={onInvite}>
            <Sign name="link" size={18} /> Bring others in
          </Button>
        )}
        {hosts && waiting.length > 0 && (
          <section aria-label="Waiting to be let in" className="grid gap-2">
            <div className="flex items-center gap-2">
              <h3 className="flex-1 text-sm font-semibold text-muted">Waiting ({waiting.length})</h3>
              {waiting.length > 1 && (
                <>
                  <Button look="link" onClick={() => void onAct({ act: 'admit', people: 'all' })}>
                    Admit all
                  </Button>
                  <Button look="danger" onClick={() => void onAct({ act: 'deny', people: 'all' })}>
                    Deny all
                  </Button>
                </>
              )}
            </div>
            <ul className="grid gap-1">
              {waiting.map(({ id, name, person, before }) => (
                <li className="flex items-center gap-2" key={id}>
                  <Avatar name={name} shape="person" size="small" />
                  <span className="grid min-w-0 flex-1">
                    <bdi className="truncate">{name}</bdi>
                    {person === null && <span className="text-sm text-muted">Guest</span>}
                    {before !== undefined && (
                      <span className="text-sm text-danger">
                        {before === 'denied' ? 'Was not let in before' : 'Was removed before'}
                      </span>
                    )}
                  </span>
                  <Button className="px-3!" onClick={() => void onAct({ act: 'admit', people: [id] })}>
                    Admit<span className="sr-only"> {name}</span>
                  </Button>
                  <Button className="px-3!" look="quiet" onClick={() => void onAct({ act: 'deny', people: [id] })}>
                    Deny<span className="sr-only"> {name}</span>
                  </Button>
                </li>
              ))}
            </ul>
          </section>
        )}
        {hands.length > 0 && (
          <section aria-label="Hands up" className="grid gap-2">
            <h3 className="text-sm font-semibold text-muted">Hands, in order</h3>
            <ol className="grid gap-1">{hands.map((person, index) => line(person, index + 1))}</ol>
          </section>
        )}
        <section aria-label="In the meeting" className="grid gap-2">
          <h3 className="text-sm font-semibold text-muted">In the meeting</h3>
          <ul className="grid gap-1">{calm.map((person) => line(person, null))}</ul>
        </section>
        {hosts && (
          <section aria-label="For hosts" className="grid gap-4 border-t border-line pt-4">
            <Switch
              hint="Nobody but hosts comes in, or knocks."
              label="Lock the meeting"
              on={locked}
              onChange={(on) => void onAct({ act: 'lock', on })}
            />
            <Button className="justify-self-start" look="quiet" onClick={() => void onAct({ act: 'mute_all' })}>
              <Glyph name="muted" size={18} /> Mute everyone
            </Button>
          </section>
        )}
      </div>
      {menu !== null && chosen !== undefined && (
        <ActMenu
          at={menu.at}
          onAct={(act) => {
            setMenu(null)
            void onAct(act)
          }}
          onClose={() => setMenu(null)}
          onEject={() => {
            setMenu(null)
            setEjecting(chosen)
          }}
          person={chosen}
          tiles={tiles}
        />
      )}
      {ejecting !== null && (
        <Confirm
          act={() => onAct({ act: 'eject', person: ejecting.id })}
          doing="Removing…"
          onClose={() => setEjecting(null)}
          title={`Remove ${ejecting.name}?`}
          verb="Remove"
        >
          They leave the call at once. They may knock again, and come back in if a host admits them.
        </Confirm>
      )}
    </Panel>
  )
}

function Line({
  person,
  me,
  place,
  hosts,
  tiles,
  onMenu,
}: {
  person: Participant
  me: string
  place: number | null
  hosts: boolean
  tiles: readonly Tile[]
  onMenu: (at: Anchor) => void
}) {
  const { id, name, role } = person
  const tile = tiles.find((one) => one.id === id && one.kind === 'person')
  return (
    <li className="flex min-h-11 items-center gap-2">
      <Avatar name={name} shape="person" size="small" />
      <span className="grid min-w-0 flex-1">
        <span className="flex min-w-0 gap-1">
          <bdi className="truncate">{name}</bdi>
          {id === me && <span className="flex-none text-muted">(you)</span>}
        </span>
        {roles[role] !== '' && <span className="text-sm text-muted">{roles[role]}</span>}
      </span>
      {place !== null && (
        <span className="flex items-center gap-1 text-petrol">
          <Glyph name="hand" size={18} />
          <span className="sr-only">Hand up, number </span>
          {place}
        </span>
      )}
      <span className={tile?.muted === false ? 'text-here' : 'text-muted'}>
        <Glyph name={tile?.muted === false ? 'microphone' : 'muted'} size={18} />
        <span className="sr-only">{tile?.muted === false ? 'Microphone on' : 'Muted'}</span>
      </span>
      {hosts && id !== me && (
        <IconButton label={`More about ${name}`} onClick={(event) => onMenu(anchorOf(event.currentTarget))}>
          <Sign name="more" />
        </IconButton>
      )}
    </li>
  )
}

function ActMenu({
  person,
  at,
  tiles,
  onAct,
  onEject,
  onClose,
}: {
  person: Participant
  at: Anchor
  tiles: readonly Tile[]
  onAct: (act: HostAct) => void
  onEject: () => void
  onClose: () => void
}) {
  const { id, name, role, handAt } = person
  const its = tiles.filter((tile) => tile.id === id)
  const loud = its.some(({ kind, muted }) => kind === 'person' && !muted)
  const seen = its.some(({ kind, picture }) => kind === 'person' && picture !== null)
  const shares = its.some(({ kind }) => kind === 'screen')
  return (
    <Menu at={at} label={name} onClose={onClose}>
      {loud ? (
        <MenuItem icon="hush" onClick={() => onAct({ act: 'mute', person: id, track: 'microphone' })}>
          Mute
        </MenuItem>
      ) : (
        <MenuItem icon="horn" onClick={() => onAct({ act: 'ask_unmute', person: id })}>
          Ask to unmute
        </MenuItem>
      )}
      {seen && (
        <MenuItem icon="eye" onClick={() => onAct({ act: 'mute', person: id, track: 'camera' })}>
          Turn the camera off
        </MenuItem>
      )}
      {shares && (
        <MenuItem icon="close" onClick={() => onAct({ act: 'mute', person: id, track: 'screen' })}>
          Stop the sharing
        </MenuItem>
      )}
      {handAt !== null && (
        <MenuItem icon="down" onClick={() => onAct({ act: 'lower_hand', person: id })}>
          Lower the hand
        </MenuItem>
      )}
      {role !== 'host' && (
        <>
          <MenuLine />
          {role !== 'cohost' && person.person !== null && (
            <MenuItem icon="people" onClick={() => onAct({ act: 'role', person: id, role: 'cohost' })}>
              Make a co-host
            </MenuItem>
          )}
          {(role === 'viewer' || role === 'cohost') && (
            <MenuItem icon="horn" onClick={() => onAct({ act: 'role', person: id, role: 'speaker' })}>
              Make a speaker
            </MenuItem>
          )}
          {role !== 'viewer' && (
            <MenuItem icon="eye" onClick={() => onAct({ act: 'role', person: id, role: 'viewer' })}>
              Only let them listen
            </MenuItem>
          )}
          <MenuLine />
          <MenuItem danger icon="leave" onClick={onEject}>
            Remove from the meeting
          </MenuItem>
        </>
      )}
    </Menu>
  )
}
