import { useCallback, useState } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { useMinute } from '../clock.ts'
import { Block } from '../people/block.tsx'
import { ownState } from '../people/own-state.ts'
import { PresenceDot } from '../people/presence-dot.tsx'
import { presenceLine } from '../people/presence-words.ts'
import { refusalWords } from '../people/refused.tsx'
import { usePeopleOnScreen } from '../people/use-people-on-screen.ts'
import { shortTime } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Icon } from '../ui/icon.tsx'
import { Panel } from '../ui/panel.tsx'
import { anchorOf, type Anchor } from '../ui/popup.tsx'
import { failureOf, outcome, sentence } from '../outcome.ts'
import { useDesk } from './desk.ts'
import { changesFor, type Asked } from './member-changes.ts'
import { LeaveRoom } from '../rooms/leave-room.tsx'
import { MemberMenu } from './member-menu.tsx'
import { hereNow, roomName } from './people.ts'
import { away, iMay, isLive, myself, untilLifted } from './standing.ts'
import type { MembersChanged } from '../../../protocol/api.ts'
import type { Member } from '../../sync/wire.ts'

type Open =
  | { kind: 'menu'; member: Member; at: Anchor }
  | { kind: 'sure'; asked: Asked }
  | { kind: 'block'; member: Member }
  | { kind: 'leave' }
  | null

/** Everyone in the room, those who have it open first; what I may do with each, and the way out. */
export function PeoplePanel({ onClose }: { onClose: () => void }) {
  const desk = useDesk()
  const { client } = desk
  const { inbox } = desk.mine
  const { presence, blocked, status } = useStore(
    inbox.view,
    useShallow(({ presence, blocked, status }) => ({ presence, blocked, status })),
  )
  const observe = usePeopleOnScreen(inbox)
  const { members, here, me, direct, name, offset, mayInvite } = useStore(
    client.view,
    useShallow((view) => ({
      members: view.members,
      here: hereNow(view),
      me: view.me,
      direct: view.room?.type === 'direct',
      name: roomName(view),
      offset: view.clockOffset,
      mayInvite: view.room?.type !== 'direct' && iMay(view, 'add_members'),
    })),
  )
  const [wanted, setWanted] = useState('')
  const [open, setOpen] = useState<Open>(null)
  const closeOpen = useCallback(() => setOpen(null), [])
  const [busy, setBusy] = useState<string | null>(null)
  const mine = myself({ members, me })
  const present = new Set(here)
  const now = useMinute() + offset
  const sorted = members
    .filter((member) => member.name.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase()))
    .toSorted((a, b) => Number(present.has(b.person)) - Number(present.has(a.person)) || a.name.localeCompare(b.name))

  async function carryOut(asked: Asked): Promise<string | null> {
    if (!isLive(client)) return away
    const answer = await changed(desk.client, asked)
    const refused = answer.refused[0]
    return refused === undefined ? null : refusalWords(refused.reason)
  }

  /** What can be taken back is done at once; it says so where it failed. */
  async function doNow(asked: Asked) {
    setBusy(asked.member.person)
    try {
      const refused = await carryOut(asked)
      if (refused !== null) desk.say(refused)
    } catch (error) {
      desk.say(sentence(failureOf(error)))
    } finally {
      setBusy(null)
    }
  }

  async function unblock(member: Member) {
    setOpen(null)
    const answer = await outcome(inbox.block(member.person, false))
    if (!answer.ok) desk.say(sentence(answer.failure))
  }

  function choose(asked: Asked) {
    setOpen(null)
    if (needsAsking(asked)) setOpen({ kind: 'sure', asked })
    else void doNow(asked)
  }

  return (
    <Panel
      foot={
        !direct && mine !== null ? (
          <div className="flex flex-none items-center justify-between gap-2 border-t border-line px-4 py-3">
            {mine.role === 'owner' ? (
              <p className="text-sm text-muted">Hand the room over before you leave it.</p>
            ) : (
              <Button look="danger" onClick={() => setOpen({ kind: 'leave' })}>
                Leave the room
              </Button>
            )}
          </div>
        ) : undefined
      }
      onClose={onClose}
      title={members.length === 1 ? '1 member' : `${members.length.toLocaleString()} members`}
    >
      <div className="grid gap-3 p-3">
        {mayInvite && (
          <div className="grid grid-cols-2 gap-2">
            <Button look="quiet" onClick={() => desk.over({ kind: 'add_people' })}>
              <Icon name="plus" size={18} />
              Add people
            </Button>
            <Button look="quiet" onClick={() => desk.over({ kind: 'invite' })}>
              <Icon name="link" size={18} />
              Make a link
            </Button>
          </div>
        )}
        {members.length > 12 && (
          <input
            aria-label="Find a member"
            autoComplete="off"
            className="min-h-10 w-full rounded-lg border border-line-strong bg-raised px-3 text-base sm:text-[0.9375rem]"
            onChange={(event) => setWanted(event.target.value)}
            placeholder="Find a member"
            type="search"
            value={wanted}
          />
        )}
        {sorted.length === 0 && <p className="py-6 text-center text-muted">Nobody here has this name.</p>}
        <ul className="grid gap-0.5">
          {sorted.map((member) => {
            const silenced = (member.silencedUntil ?? 0) > now
            const isMe = member.person === me
            const itsPresence = isMe ? undefined : presence[member.person]
            const isBlocked = blocked.includes(member.person)
            const about = [
              ...(member.role === 'member' ? [] : [roles[member.role]]),
              ...(silenced ? [silence(member.silencedUntil!)] : []),
              ...(isBlocked ? ['Blocked'] : []),
              presenceLine(itsPresence, inbox.now()),
            ]
            return (
              <li
                className="flex min-h-13 items-center gap-3 rounded-xl px-2"
                data-person={isMe ? undefined : member.person}
                key={member.person}
                ref={observe}
              >
                <span className="relative">
                  <Avatar name={member.name} shape="person" size="medium" />
                  <PresenceDot state={isMe ? ownState(status, here.length > 0) : itsPresence?.state} />
                </span>
                <span className="grid min-w-0 flex-1">
                  <span className="truncate font-medium">
                    <bdi>{member.name}</bdi>
                    {isMe && <span className="font-normal text-muted"> (you)</span>}
                  </span>
                  <span className="truncate text-sm text-muted">{about.filter((part) => part !== '').join(' · ')}</span>
                </span>
                {!isMe && (
                  <IconButton
                    aria-busy={busy === member.person || undefined}
                    aria-haspopup="menu"
                    label={`What to do with ${member.name}`}
                    onClick={(event) => setOpen({ kind: 'menu', member, at: anchorOf(event.currentTarget) })}
                  >
                    <Icon name="more" />
                  </IconButton>
                )}
              </li>
            )
          })}
        </ul>
      </div>
      {open?.kind === 'menu' && (
        <MemberMenu
          at={open.at}
          blocked={blocked.includes(open.member.person)}
          can={mine === null || direct ? [] : changesFor(mine, open.member, (open.member.silencedUntil ?? 0) > now)}
          member={open.member}
          onBlock={(on) => (on ? setOpen({ kind: 'block', member: open.member }) : void unblock(open.member))}
          onChoose={choose}
          onClose={() => setOpen(null)}
        />
      )}
      {open?.kind === 'block' && (
        <Block inbox={inbox} name={open.member.name} onClose={() => setOpen(null)} person={open.member.person} />
      )}
      {open?.kind === 'leave' && (
        <LeaveRoom client={desk.mine} name={name} onClose={closeOpen} room={client.view.getState().roomId} />
      )}
      {open?.kind === 'sure' && (
        <Confirm
          act={() => carryOut(open.asked)}
          onClose={() => setOpen(null)}
          {...questions[open.asked.kind as keyof typeof questions](open.asked.member.name, name)}
        />
      )}
    </Panel>
  )
}

const roles: Record<Member['role'], string> = {
  owner: 'Owner',
  admin: 'Admin',
  moderator: 'Moderator',
  member: 'Member',
}

function silence(until: number): string {
  return until >= Date.UTC(2100, 0, 1) ? 'Silenced' : `Silenced until ${shortTime(until)}`
}

function needsAsking({ kind }: Asked): boolean {
  return kind in questions
}

const questions = {
  remove: (who: string, room: string) => ({
    title: `Remove ${who}?`,
    verb: 'Remove',
    doing: 'Removing…',
    children: `${who} will not see ${room} any more. A link lets them in again.`,
  }),
  ban: (who: string, room: string) => ({
    title: `Ban ${who}?`,
    verb: 'Ban',
    doing: 'Banning…',
    children: `${who} is removed from ${room}, and no link lets them in until the ban is lifted.`,
  }),
  owner: (who: string, room: string) => ({
    title: `Hand the room over to ${who}?`,
    verb: 'Hand over',
    doing: 'Handing over…',
    children: `${who} owns ${room} from then on, and you stay as an admin. Only ${who} can give it back.`,
  }),
}

async function changed(client: ReturnType<typeof useDesk>['client'], asked: Asked): Promise<MembersChanged> {
  const { person } = asked.member
  switch (asked.kind) {
    case 'role':
      return client.changeMembers([{ kind: 'role', person, role: asked.role }])
    case 'silence':
      return client.changeMembers([
        { kind: 'mute', person, until: asked.forMs === null ? untilLifted : roomNow(client) + asked.forMs },
      ])
    case 'unsilence':
      return client.changeMembers([{ kind: 'mute', person, until: null }])
    case 'ban':
      return client.changeMembers([{ kind: 'ban', person, until: null }])
    case 'remove':
      return client.changeMembers([{ kind: 'remove', person }])
    case 'owner':
      return client.handOver(person)
  }
}

function roomNow(client: ReturnType<typeof useDesk>['client']): number {
  return Date.now() + client.view.getState().clockOffset
}
