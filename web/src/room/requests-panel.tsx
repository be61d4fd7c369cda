import { useCallback, useState } from 'react'
import { decideRequest, listRequests, type JoinRequest } from '../../../protocol/endpoints/requests.ts'
import { gate } from '../gate.ts'
import { newId } from '../new-id.ts'
import { outcome } from '../outcome.ts'
import { shortTime } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Panel } from '../ui/panel.tsx'
import { PagedList } from '../ui/paged-list.tsx'
import { usePaged } from '../ui/use-paged.ts'
import { why } from '../why.ts'
import { useDesk } from './desk.ts'

/** Who asked to be let in, the longest first, and the decision on each. */
export function RequestsPanel({ onClose }: { onClose: () => void }) {
  const desk = useDesk()
  const { roomId: room } = desk.client.view.getState()
  const load = useCallback(
    (cursor: string | undefined) => gate.api.call(listRequests, { params: { room }, query: { cursor } }),
    [room],
  )
  const requests = usePaged<JoinRequest>(load)
  const [busy, setBusy] = useState<string | null>(null)
  const [declining, setDeclining] = useState<JoinRequest | null>(null)
  const [said, setSaid] = useState('')

  /** What hinders it, as a sentence. */
  async function decide({ person, name }: JoinRequest, decision: 'approve' | 'decline'): Promise<string | null> {
    setSaid('')
    const body = { command: newId(), decision }
    const answer = await outcome(gate.api.call(decideRequest, { params: { room, person }, body }))
    // Who does not wait any more was let in by someone else, or took it back.
    const settled = answer.ok || answer.failure.kind === 'not_found'
    if (settled) requests.change((items) => items.filter((one) => one.person !== person))
    if (answer.ok) setSaid(decision === 'approve' ? `${name} is in.` : `${name} was declined.`)
    return answer.ok ? null : why(answer.failure)
  }

  async function letIn(request: JoinRequest) {
    if (busy !== null) return
    setBusy(request.person)
    const refused = await decide(request, 'approve')
    setBusy(null)
    if (refused !== null) desk.say(refused)
  }

  return (
    <Panel onBack={() => desk.beside({ kind: 'settings' })} onClose={onClose} title="Requests to join">
      <div className="p-4">
        <p className="text-sm text-muted wrap-anywhere empty:hidden" role="status">
          {said}
        </p>
        <PagedList
          className="grid grid-cols-[minmax(0,1fr)] divide-y divide-line"
          empty="Nobody waits to be let in."
          label="Requests to join"
          paged={requests}
        >
          {(request) => (
            <li className="grid grid-cols-[minmax(0,1fr)] gap-2.5 py-3" key={request.person}>
              <div className="flex items-center gap-3">
                <Avatar name={request.name} shape="person" size="medium" />
                <span className="grid min-w-0">
                  <bdi className="truncate font-medium">{request.name}</bdi>
                  <span className="text-sm text-muted">Asked {shortTime(request.askedAt)}</span>
                </span>
              </div>
              {request.note !== '' && (
                <p
                  className="rounded-lg bg-sunken px-3 py-2 text-[0.9375rem] wrap-anywhere whitespace-pre-wrap"
                  dir="auto"
                >
                  {request.note}
                </p>
              )}
              <div className="flex flex-wrap gap-2">
                <Button
                  aria-label={`Let in ${request.name}`}
                  onClick={() => void letIn(request)}
                  pending={busy === request.person}
                >
                  Let in
                </Button>
                <Button aria-label={`Decline ${request.name}`} look="quiet" onClick={() => setDeclining(request)}>
                  Decline
                </Button>
              </div>
            </li>
          )}
        </PagedList>
      </div>
      {declining !== null && (
        <Confirm
          act={() => decide(declining, 'decline')}
          doing="Declining…"
          onClose={() => setDeclining(null)}
          title={`Decline ${declining.name}?`}
          verb="Decline"
        >
          They can ask again only after a week. Until then they come in if you add them under Members.
        </Confirm>
      )}
    </Panel>
  )
}
