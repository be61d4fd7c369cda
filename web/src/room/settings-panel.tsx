import { useCallback, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { useLocation } from 'wouter'
import { useShallow } from 'zustand/react/shallow'
import { limits } from '../../../protocol/limits.ts'
import { outcome, sentence } from '../outcome.ts'
import { Block } from '../people/block.tsx'
import { presenceLine } from '../people/presence-words.ts'
import { usePresence } from '../people/use-presence.ts'
import { span } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Choice } from '../ui/choices.tsx'
import { Field } from '../ui/field.tsx'
import { Panel } from '../ui/panel.tsx'
import { TextArea } from '../ui/text-area.tsx'
import { LeaveRoom } from '../rooms/leave-room.tsx'
import { useDesk } from './desk.ts'
import { headcount, hereNow, otherOf, roomName } from './people.ts'
import { away, iMay, isLive, myself } from './standing.ts'
import { differences, type Wanted } from './settings.ts'
import { Ways } from './ways.tsx'
import type { FormEvent } from 'react'

const pauses = [0, 5, 10, 30, 60, 300, 900, 3_600, 21_600]
const stays = [null, 86_400_000, 604_800_000, 7_776_000_000] as const

/** What a room says of itself, and, for who may, the way to change it. */
export function SettingsPanel({ onClose }: { onClose: () => void }) {
  const { client, mine } = useDesk()
  const { room, name, other, members, here, mayChange, moderates, owns, mayLeave, offline } = useStore(
    client.view,
    useShallow((view) => ({
      room: view.room,
      name: roomName(view),
      other: otherOf(view),
      members: view.members.length,
      here: hereNow(view).length,
      mayChange: view.room?.type === 'group' && iMay(view, 'change_room'),
      moderates: view.room?.type === 'group' && iMay(view, 'ban_members'),
      owns: view.room?.type === 'group' && myself(view)?.role === 'owner',
      mayLeave: view.room?.type === 'group' && !['owner', undefined].includes(myself(view)?.role),
      offline: view.connection.state !== 'live',
    })),
  )
  const presence = usePresence(mine.inbox, other)
  const notices = useStore(client.view, (now) => now.notices)
  const [wanted, setWanted] = useState<Partial<Wanted>>({})
  const [missing, setMissing] = useState(false)
  const [sent, setSent] = useState<string | null>(null)
  const waiting = sent !== null
  const failed = waiting && notices.some(({ id }) => id === sent)
  const facts: Wanted | null = room && {
    name: room.name ?? '',
    description: room.description,
    postPolicy: room.postPolicy,
    slowModeSeconds: room.slowModeSeconds,
    disappearingMs: room.disappearingMs,
  }
  const changes = facts === null ? null : differences(facts, wanted)
  const [saved, setSaved] = useState(false)

  // The room says itself that it is now as it was asked to be.
  useEffect(() => {
    if (!waiting || failed || changes !== null) return
    setSent(null)
    setWanted({})
    setSaved(true)
  }, [changes, failed, waiting])
  useEffect(() => {
    if (failed) setSent(null)
  }, [failed])

  if (facts === null || room === null)
    return (
      <Panel onClose={onClose} title="Room settings">
        {null}
      </Panel>
    )
  const now = { ...facts, ...wanted }
  const set = (change: Partial<Wanted>) => {
    setSaved(false)
    setWanted({ ...wanted, ...change })
  }

  function save(event: FormEvent) {
    event.preventDefault()
    if (changes === null || waiting) return
    setMissing(changes.name === '')
    if (changes.name === '') return
    client.change(changes).then(setSent, () => setSent(null))
  }

  return (
    <Panel onClose={onClose} title={mayChange ? 'Room settings' : 'About this room'}>
      <div className="flex items-center gap-4 p-4">
        <Avatar name={name} shape={room.type === 'direct' ? 'person' : 'room'} size="huge" />
        <div className="min-w-0">
          <p className="line-clamp-2 text-lg font-semibold tracking-tight">
            <bdi>{name}</bdi>
          </p>
          <p className="text-sm text-muted">
            {room.type === 'direct' ? presenceLine(presence, mine.inbox.now()) : headcount(members, here)}
          </p>
        </div>
      </div>
      <Ways administers={mayChange} members={members} moderates={moderates} />
      <form className="grid gap-6 p-4" noValidate onSubmit={save}>
        {mayChange ? (
          <>
            <Field
              autoComplete="off"
              dir="auto"
              error={missing ? 'Give the room a name.' : undefined}
              label="Name of the room"
              maxLength={limits.roomName}
              onChange={(event) => set({ name: event.target.value })}
              value={now.name}
            />
            <TextArea
              label="Description"
              maxLength={limits.roomDescription}
              onChange={(event) => set({ description: event.target.value })}
              placeholder="What is this room for?"
              rows={3}
              value={now.description}
            />
            <Choice
              hint="In an announcement room only admins write; everyone reads and reacts."
              label="Who writes here"
              onChange={(value) => set({ postPolicy: value === 'admins' ? 'admins' : 'everyone' })}
              value={now.postPolicy}
            >
              <option value="everyone">Everyone</option>
              <option value="admins">Only admins (announcement room)</option>
            </Choice>
            <Choice
              hint="How long a member waits between two messages. Moderators do not wait."
              label="Slow mode"
              onChange={(value) => set({ slowModeSeconds: Number(value) })}
              value={String(now.slowModeSeconds)}
            >
              {[...new Set([...pauses, facts.slowModeSeconds])]
                .sort((a, b) => a - b)
                .map((seconds) => (
                  <option key={seconds} value={seconds}>
                    {seconds === 0 ? 'Off' : span(seconds * 1_000)}
                  </option>
                ))}
            </Choice>
            <Choice
              hint="For new messages. What is there already stays."
              label="Disappearing messages"
              onChange={(value) => set({ disappearingMs: stays.find((ms) => String(ms) === value) ?? null })}
              value={String(now.disappearingMs)}
            >
              {stays.map((ms) => (
                <option key={String(ms)} value={String(ms)}>
                  {ms === null ? 'Off' : `After ${span(ms)}`}
                </option>
              ))}
            </Choice>
            <div className="grid gap-2">
              <div className="flex justify-end gap-2">
                {changes !== null && !waiting && (
                  <Button
                    look="quiet"
                    onClick={() => {
                      setWanted({})
                      setMissing(false)
                    }}
                  >
                    Undo
                  </Button>
                )}
                <Button disabled={changes === null} pending={waiting} type="submit">
                  {waiting ? 'Saving…' : 'Save'}
                </Button>
              </div>
              <p className="min-h-6 text-end text-sm text-muted" role="status">
                {waiting && offline ? 'Offline: it will be saved later.' : saved && changes === null ? 'Saved.' : ''}
              </p>
            </div>
          </>
        ) : (
          <Facts facts={facts} group={room.type === 'group'} />
        )}
      </form>
      {owns && <Delete name={name} />}
      {mayLeave && <Leave name={name} />}
      {other !== null && <BlockHere name={name} person={other} />}
    </Panel>
  )
}

/** The way to hear no more of the other one, and back. */
function BlockHere({ person, name }: { person: string; name: string }) {
  const desk = useDesk()
  const { inbox } = desk.mine
  const blocked = useStore(inbox.view, (now) => now.blocked.includes(person))
  const [asked, setAsked] = useState(false)
  const [pending, setPending] = useState(false)

  async function unblock() {
    setPending(true)
    const answer = await outcome(inbox.block(person, false))
    setPending(false)
    if (!answer.ok) desk.say(sentence(answer.failure))
  }

  return (
    <div className="border-t border-line p-4">
      {blocked ? (
        <Button look="quiet" onClick={() => void unblock()} pending={pending}>
          Unblock {name}
        </Button>
      ) : (
        <Button look="danger" onClick={() => setAsked(true)}>
          Block {name}
        </Button>
      )}
      {asked && <Block inbox={inbox} name={name} onClose={() => setAsked(false)} person={person} />}
    </div>
  )
}

/** The way out of the room, for everyone but its owner. */
function Leave({ name }: { name: string }) {
  const { client, mine } = useDesk()
  const [asked, setAsked] = useState(false)
  const close = useCallback(() => setAsked(false), [])
  return (
    <div className="border-t border-line p-4">
      <Button look="danger" onClick={() => setAsked(true)}>
        Leave the room
      </Button>
      {asked && <LeaveRoom client={mine} name={name} onClose={close} room={client.view.getState().roomId} />}
    </div>
  )
}

/** The end of the room, for its owner. */
function Delete({ name }: { name: string }) {
  const { client, mine } = useDesk()
  const [, navigate] = useLocation()
  const [asked, setAsked] = useState(false)
  return (
    <div className="border-t border-line p-4">
      <Button look="danger" onClick={() => setAsked(true)}>
        Delete the room
      </Button>
      {asked && (
        <Confirm
          act={async () => {
            if (!isLive(client)) return away
            await client.deleteRoom()
            return null
          }}
          doing="Deleting…"
          onClose={() => setAsked(false)}
          onDone={() => {
            mine.inbox.refresh()
            navigate('/', { replace: true })
          }}
          title="Delete the room?"
          typed={name}
          verb="Delete for everyone"
        >
          Nobody will see <bdi>{name}</bdi> any more, and all its messages are deleted. This cannot be taken back.
        </Confirm>
      )}
    </div>
  )
}

function Facts({ facts, group }: { facts: Wanted; group: boolean }) {
  const { description, postPolicy, slowModeSeconds, disappearingMs } = facts
  const lines = [
    ['Who writes here', postPolicy === 'admins' ? 'Only admins' : 'Everyone'],
    ['Slow mode', slowModeSeconds === 0 ? 'Off' : span(slowModeSeconds * 1_000)],
    ['Disappearing messages', disappearingMs === null ? 'Off' : `After ${span(disappearingMs)}`],
  ]
  return (
    <>
      {description !== '' && (
        <p className="break-words whitespace-pre-wrap" dir="auto">
          {description}
        </p>
      )}
      <dl className="grid gap-3">
        {lines.map(([what, value]) => (
          <div key={what}>
            <dt className="text-sm text-muted">{what}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="text-sm text-muted">
        {group ? 'Only admins change this.' : 'In a conversation of two nobody changes this.'}
      </p>
    </>
  )
}
