import { useState } from 'react'
import { useStore } from 'zustand'
import { gate } from '../gate.ts'
import { outcome, sentence, type Failure } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { Alert } from '../ui/notice.tsx'
import type { UnreadAudit, UnreadCount } from '../../../protocol/api.ts'
import type { Client } from '../../sync/client.ts'

/** Counts what is unread in three ways that know nothing of each other, and says where they differ. */
export function UnreadPage({ client }: { client: Client }) {
  const rooms = useStore(client.inbox.view, (now) => now.rooms)
  const [pending, setPending] = useState(false)
  const [found, setFound] = useState<UnreadAudit | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const nameOf = (room: string) => rooms.find((line) => line.room === room)?.name ?? 'A room that is not in your list'

  async function check() {
    setPending(true)
    setFailure(null)
    setFound(null)
    const answer = await outcome(gate.api.unreadAudit())
    setPending(false)
    if (answer.ok) setFound(answer.value)
    else setFailure(answer.failure)
  }

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <p className="text-pretty text-muted">
        What is unread is counted again in three ways: by your inbox, by the database, and message by message. Where
        they differ, something is wrong, and not with you.
      </p>
      <Button className="justify-self-start" onClick={() => void check()} pending={pending}>
        {pending ? 'Counting…' : 'Count again'}
      </Button>
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      <div className="grid gap-4" role="status">
        {found !== null && (
          <>
            <p className="font-medium">{verdict(found)}</p>
            {found.differences.length > 0 && (
              <div className="overflow-x-auto">
                <table className="w-full text-start text-sm">
                  <thead className="text-muted">
                    <tr>
                      {['Room', 'Inbox', 'Database', 'Counted'].map((head) => (
                        <th className="py-1 pe-3 text-start font-medium" key={head} scope="col">
                          {head}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {found.differences.map(({ room, inbox, sql, recount }) => (
                      <tr className="border-t border-line" key={room}>
                        <th className="max-w-40 truncate py-1.5 pe-3 text-start font-normal" scope="row">
                          <bdi>{nameOf(room)}</bdi>
                        </th>
                        {[inbox, sql, recount].map((count, index) => (
                          <td className="py-1.5 pe-3 tabular-nums" key={index}>
                            {words(count)}
                          </td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            {found.behind.length > 0 && (
              <p className="text-sm text-muted">
                Not compared, because messages are still on their way to the database:{' '}
                {found.behind.map(nameOf).join(', ')}.
              </p>
            )}
          </>
        )}
      </div>
    </div>
  )
}

function verdict({ checked, differences }: UnreadAudit): string {
  const rooms = checked === 1 ? '1 room checked' : `${checked.toLocaleString()} rooms checked`
  if (differences.length === 0) return `${rooms}: all three agree.`
  return `${rooms}: ${differences.length === 1 ? '1 difference' : `${differences.length} differences`}.`
}

/** One count in a cell: what is unread, and what of it mentions me. */
function words(count: UnreadCount | null): string {
  if (count === null) return 'not known'
  return count.mentions === 0 ? `${count.unread}` : `${count.unread}, @ ${count.mentions}`
}
