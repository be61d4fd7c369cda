import { useCallback, useState } from 'react'
import { gate } from '../gate.ts'
import { outcome, sentence } from '../outcome.ts'
import { fullTime } from '../times.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { Alert } from '../ui/notice.tsx'
import type { JoinLink } from '../../../protocol/api.ts'
import type { Failure } from '../outcome.ts'

/** Makes a join link on request and hands it over. */
export function Invite({ roomId, name, onClose }: { roomId: string; name: string; onClose: () => void }) {
  const [link, setLink] = useState<JoinLink | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [pending, setPending] = useState(false)

  const make = useCallback(async () => {
    setPending(true)
    setFailure(null)
    const answer = await outcome(gate.api.createLink(roomId))
    setPending(false)
    if (answer.ok) setLink(answer.value)
    else setFailure(answer.failure)
  }, [roomId])

  return (
    <Dialog onClose={onClose} title="Invite people">
      <div className="grid gap-4">
        <p className="text-pretty text-muted">
          Whoever opens the link can join <bdi className="font-semibold text-ink">{name}</bdi>.
        </p>
        {failure !== null && <Alert>{sentence(failure)}</Alert>}
        {link === null ? (
          <Button onClick={() => void make()} pending={pending}>
            {pending ? 'Making the link…' : 'Make a link'}
          </Button>
        ) : (
          <Made link={link} name={name} />
        )}
      </div>
    </Dialog>
  )
}

function Made({ link, name }: { link: JoinLink; name: string }) {
  const share = typeof navigator.share === 'function'
  return (
    <>
      <input
        aria-label="The link"
        className="min-h-11 w-full truncate rounded-lg border border-line bg-sunken px-3 font-mono text-sm"
        dir="ltr"
        onFocus={(event) => event.currentTarget.select()}
        readOnly
        value={link.url}
      />
      <div className="flex flex-wrap gap-2">
        <CopyButton label="Copy the link" look="primary" text={link.url} />
        {share && (
          <Button
            look="quiet"
            onClick={() => {
              // Closing the share sheet rejects: nothing to say then.
              navigator.share({ title: `Join ${name} on Parley`, url: link.url }).catch(() => undefined)
            }}
          >
            <Icon name="share" size={18} />
            Share
          </Button>
        )}
      </div>
      {link.expiresAt !== null && <p className="text-sm text-muted">It works until {fullTime(link.expiresAt)}.</p>}
    </>
  )
}
