import { useState } from 'react'
import { useStore } from 'zustand'
import { outcome, sentence, type Failure } from '../outcome.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Alert } from '../ui/notice.tsx'
import { nameOfBlocked } from '../people/blocked-names.ts'
import type { Client } from '../../sync/client.ts'

/** Everyone I blocked, and the way to take it back. */
export function BlockedPage({ client }: { client: Client }) {
  const { inbox } = client
  const blocked = useStore(inbox.view, (now) => now.blocked)
  const rooms = useStore(inbox.view, (now) => now.rooms)
  const [busy, setBusy] = useState<string | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)

  async function unblock(person: string) {
    setBusy(person)
    setFailure(null)
    const answer = await outcome(inbox.block(person, false))
    setBusy(null)
    if (!answer.ok) setFailure(answer.failure)
  }

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <p className="text-sm text-pretty text-muted">
        Whom you block cannot write to you alone, call you or add you, and neither of you sees when the other is here.
        In groups their messages are folded. They are not told.
      </p>
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      {blocked.length === 0 ? (
        <p className="py-4 text-center text-muted">You have blocked nobody.</p>
      ) : (
        <ul className="grid grid-cols-[minmax(0,1fr)] gap-1">
          {blocked.map((person) => {
            const name = nameOfBlocked(person, rooms)
            return (
              <li className="flex min-h-12 items-center gap-3" key={person}>
                <Avatar name={name} shape="person" size="medium" />
                <bdi className="min-w-0 flex-1 truncate font-medium">{name}</bdi>
                <Button
                  aria-label={`Unblock ${name}`}
                  look="quiet"
                  onClick={() => void unblock(person)}
                  pending={busy === person}
                >
                  Unblock
                </Button>
              </li>
            )
          })}
        </ul>
      )}
    </div>
  )
}
