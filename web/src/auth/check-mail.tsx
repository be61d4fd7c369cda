import { useRef, useState, type ReactNode } from 'react'
import { outcome, sentence, type Failure } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { Alert } from '../ui/notice.tsx'
import { Card } from './card.tsx'
import { mailedNow, useSecondsUntil, type MailSent } from './mail-sent.ts'

// 60 s: as long as Supabase Auth waits before it sends another mail to an address.
const againAfterMs = 60_000

/** A mail is on its way; where it does not come, another one is asked for, or another address given. */
export function CheckMail({
  sent,
  title,
  purpose,
  mailAgain,
  onWait,
  children,
}: {
  sent: MailSent
  title: string
  /** What to do with it. */
  purpose: ReactNode
  /** Asks for another mail. */
  mailAgain: () => Promise<unknown>
  /** What to wait for from now on; null: the address was wrong. */
  onWait: (sent: MailSent | null) => void
  children?: ReactNode
}) {
  const said = useRef<HTMLParagraphElement>(null)
  const left = useSecondsUntil(sent.sentAt + againAfterMs)
  const [again, setAgain] = useState(false)
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)

  async function askAgain() {
    setPending(true)
    setFailure(null)
    const answer = await outcome(mailAgain())
    setPending(false)
    if (!answer.ok) return setFailure(answer.failure)
    onWait(mailedNow(sent.email))
    setAgain(true)
    // The button is gone for a while, and the focus with it.
    said.current?.focus()
  }

  return (
    <Card
      foot="No mail after a few minutes? Look in the spam folder."
      lead={
        <span role="status">
          We sent a mail to <bdi className="font-semibold wrap-anywhere text-ink">{sent.email}</bdi>. {purpose}
        </span>
      }
      title={title}
    >
      {children}
      <div className="grid justify-items-start gap-1 text-sm">
        {failure !== null && <Alert>{sentence(failure)}</Alert>}
        <p className="text-muted outline-none" ref={said} role="status" tabIndex={-1}>
          {again ? 'Another mail is on its way. What came before no longer counts.' : ''}
        </p>
        {left > 0 ? (
          <p className="text-muted tabular-nums">You can ask for another mail in {left} s.</p>
        ) : (
          <Button look="link" onClick={() => void askAgain()} pending={pending}>
            {pending ? 'Sending…' : 'Send another mail'}
          </Button>
        )}
        <Button look="link" onClick={() => onWait(null)}>
          Another address
        </Button>
      </div>
    </Card>
  )
}
