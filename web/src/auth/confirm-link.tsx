import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useLocation, useSearch } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { useStore } from 'zustand'
import * as z from 'zod/mini'
import { confirmMail, MailKind, resendMail } from '../../../protocol/endpoints/accounts.ts'
import { gate } from '../gate.ts'
import { nextPath, withNext } from '../next-path.ts'
import { outcome, sentence, type Failure } from '../outcome.ts'
import { enter, session } from '../session.ts'
import { Button } from '../ui/button.tsx'
import { LinkButton, TextLink } from '../ui/link-button.tsx'
import { Alert } from '../ui/notice.tsx'
import { AddressForm } from './address-form.tsx'
import { Card } from './card.tsx'
import { Closing } from './closing.tsx'
import { dropNext, keptNext } from './kept-next.ts'

/** What before-paint.js took out of the address. */
const FromMail = z.object({ mail: z.object({ tokenHash: z.string(), type: MailKind }) })
type Mail = z.infer<typeof FromMail>['mail']

/**
 * Where the link in a mail leads. Its button alone spends the link: what looks into mails before people do, and follows what
 * it finds there, presses none.
 */
export function ConfirmLink() {
  const state: unknown = useHistoryState()
  const search = useSearch()
  const [kept] = useState(keptNext)
  const next = nextPath(search === '' ? kept : search)
  const read = FromMail.safeParse(state)
  // It leaves the history once it is spent, and this page goes on.
  const [mail] = useState(read.success ? read.data.mail : null)
  const [came, setCame] = useState<'nothing' | 'over' | 'changed' | 'other_mailbox'>('nothing')
  if (mail === null) return <CutOff next={next} />
  switch (came) {
    case 'nothing':
      return <Spend mail={mail} next={next} onCame={setCame} />
    case 'over':
      return <Over next={next} type={mail.type} />
    case 'changed':
      return (
        <Said lead="From now on you sign in with the new one." title="Your address is changed">
          <LinkButton href={next}>To your rooms</LinkButton>
        </Said>
      )
    case 'other_mailbox':
      return (
        <Said
          lead="We sent a mail to your other address, too. Open the link in that one, and the change is made."
          title="One more mail"
        >
          <LinkButton href={next} look="quiet">
            To your rooms
          </LinkButton>
        </Said>
      )
  }
}

const words: Record<MailKind, [title: string, lead: string, verb: string]> = {
  signup: ['Confirm your e-mail', 'One press, and your account is ready.', 'Confirm'],
  email: ['Confirm your e-mail', 'One press, and you are in.', 'Confirm'],
  magiclink: ['Sign in', 'You came by the link in a mail. It counts once.', 'Sign in'],
  recovery: ['Choose a new password', 'You came by the link in a mail. It counts once.', 'Go on'],
  email_change: ['Change your address', 'This confirms that the new address is yours.', 'Confirm'],
}

function Spend({
  mail,
  next,
  onCame,
}: {
  mail: Mail
  next: string
  onCame: (came: 'over' | 'changed' | 'other_mailbox') => void
}) {
  const [, navigate] = useLocation()
  const name = useStore(session, (now) => (now.state === 'in' ? now.client.me.name : null))
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [title, lead, verb] = words[mail.type]

  async function spend() {
    setPending(true)
    setFailure(null)
    const answer = await outcome(gate.api.call(confirmMail, { body: mail }))
    setPending(false)
    if (!answer.ok && answer.failure.kind !== 'wrong_code' && answer.failure.kind !== 'invalid_request') {
      return setFailure(answer.failure)
    }
    history.replaceState(null, '')
    if (!answer.ok) return onCame('over')
    if (answer.value.state === 'confirm_other_email') return onCame('other_mailbox')
    dropNext()
    await enter(answer.value.me)
    if (mail.type === 'email_change') return onCame('changed')
    navigate(mail.type === 'recovery' ? withNext('/new-password', next) : next, { replace: true })
  }

  return (
    <Card
      foot={
        name !== null && mail.type !== 'email_change' ? (
          <>
            On this device <bdi className="font-semibold text-ink">{name}</bdi> is signed in now. The link is for
            whoever it was sent to.
          </>
        ) : undefined
      }
      lead={lead}
      title={title}
    >
      {failure !== null && (
        <Alert>
          {sentence(failure)}
          <Closing failure={failure} />
        </Alert>
      )}
      <Button className="w-full" onClick={() => void spend()} pending={pending}>
        {pending ? 'One moment…' : verb}
      </Button>
    </Card>
  )
}

/** The link was spent before, or waited for too long. */
function Over({ type, next }: { type: MailKind; next: string }) {
  const [, navigate] = useLocation()
  const title = 'This link is over'
  const lead = 'It counts once, and for an hour.'
  switch (type) {
    case 'signup':
    case 'email':
      return (
        <Said
          lead={
            <>
              {lead} If you have confirmed your e-mail already,{' '}
              <TextLink href={withNext('/sign-in', next)}>sign in</TextLink>. If not, we send you another mail.
            </>
          }
          title={title}
        >
          <AddressForm
            email=""
            mail={(email) => gate.api.call(resendMail, { body: { email } })}
            onSent={(sent) => navigate(withNext('/sign-up', next), { state: sent })}
            verb="Send another mail"
          />
        </Said>
      )
    case 'magiclink':
      return (
        <Said lead={lead} title={title}>
          <LinkButton href={withNext('/sign-in/code', next)}>Send me another one</LinkButton>
          <LinkButton href={withNext('/sign-in', next)} look="quiet">
            Sign in with a password
          </LinkButton>
        </Said>
      )
    case 'recovery':
      return (
        <Said lead={lead} title={title}>
          <LinkButton href={withNext('/forgot', next)}>Send me another one</LinkButton>
        </Said>
      )
    case 'email_change':
      return (
        <Said
          lead={`${lead} If your address is not changed yet, ask for it again: it is in your account, under You.`}
          title={title}
        >
          <LinkButton href={next}>To your rooms</LinkButton>
        </Said>
      )
  }
}

function CutOff({ next }: { next: string }) {
  return (
    <Card
      lead="The address may have been cut off on its way to you. Open the link in the mail again, or copy all of it."
      title="This link is not whole"
    >
      <LinkButton href={withNext('/sign-in', next)} look="quiet">
        To the sign-in page
      </LinkButton>
    </Card>
  )
}

/** What became of the link: the heading takes the focus, for the button that had it is gone. */
function Said({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  const around = useRef<HTMLDivElement>(null)
  useEffect(() => around.current?.querySelector('h1')?.focus(), [])
  return (
    <div ref={around}>
      <Card lead={lead} title={title}>
        {children}
      </Card>
    </div>
  )
}
