import { useCallback, useState } from 'react'
import { listBans, type Ban } from '../../../protocol/endpoints/members.ts'
import { gate } from '../gate.ts'
import { outcome } from '../outcome.ts'
import { refusalWords } from '../people/refused.tsx'
import { shortTime } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Panel } from '../ui/panel.tsx'
import { PagedList } from '../ui/paged-list.tsx'
import { usePaged } from '../ui/use-paged.ts'
import { why } from '../why.ts'
import { useDesk } from './desk.ts'
import { away, isLive } from './standing.ts'

/** Who is banned from the room, and the way to lift it. */
export function BansPanel({ onClose }: { onClose: () => void }) {
  const desk = useDesk()
  const { client } = desk
  const { roomId: room } = client.view.getState()
  const load = useCallback(
    (cursor: string | undefined) => gate.api.call(listBans, { params: { room }, query: { cursor } }),
    [room],
  )
  const bans = usePaged<Ban>(load)
  const [busy, setBusy] = useState<string | null>(null)

  async function lift(ban: Ban) {
    if (busy !== null) return
    if (!isLive(client)) return desk.say(away)
    setBusy(ban.person)
    const answer = await outcome(client.changeMembers([{ kind: 'unban', person: ban.person }]))
    setBusy(null)
    if (!answer.ok) return desk.say(why(answer.failure))
    const refused = answer.value.refused[0]
    if (refused !== undefined) return desk.say(refusalWords(refused.reason))
    bans.change((items) => items.filter(({ person }) => person !== ban.person))
    desk.say(`${ban.name} may come in again.`, { action: { label: 'Undo', run: () => void again(ban) } })
  }

  async function again(ban: Ban) {
    const answer = await outcome(client.changeMembers([{ kind: 'ban', person: ban.person, until: ban.until }]))
    if (!answer.ok) return desk.say(why(answer.failure))
    const refused = answer.value.refused[0]
    if (refused !== undefined) return desk.say(refusalWords(refused.reason))
    bans.reload()
  }

  return (
    <Panel onBack={() => desk.beside({ kind: 'settings' })} onClose={onClose} title="Banned people">
      <div className="p-4">
        <PagedList empty="Nobody is banned from this room." label="Banned people" paged={bans}>
          {(ban) => (
            <li className="flex min-h-13 items-center gap-3" key={ban.person}>
              <Avatar name={ban.name} shape="person" size="medium" />
              <span className="grid min-w-0 flex-1">
                <bdi className="truncate font-medium">{ban.name}</bdi>
                <span className="truncate text-sm text-muted">
                  {ban.until === null ? 'Until it is lifted' : `Until ${shortTime(ban.until)}`}
                </span>
              </span>
              <Button
                aria-label={`Lift the ban of ${ban.name}`}
                look="quiet"
                onClick={() => void lift(ban)}
                pending={busy === ban.person}
              >
                Lift
              </Button>
            </li>
          )}
        </PagedList>
      </div>
    </Panel>
  )
}
