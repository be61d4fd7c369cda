import { useSearch } from 'wouter'
import { recoverAccount } from '../../../protocol/endpoints/accounts.ts'
import { gate } from '../gate.ts'
import { nextPath, withNext } from '../next-path.ts'
import { TextLink } from '../ui/link-button.tsx'
import { AddressForm } from './address-form.tsx'
import { Card } from './card.tsx'
import { CheckMail } from './check-mail.tsx'
import { keepNext } from './kept-next.ts'
import { useMailSent } from './mail-sent.ts'

/** The way to a new password for whoever does not know the old one. */
export function Forgot() {
  const next = nextPath(useSearch())
  const { sent, email, wait } = useMailSent()
  const mail = (to: string) => gate.api.call(recoverAccount, { body: { email: to } })

  if (sent !== null) {
    return (
      <CheckMail
        mailAgain={() => mail(sent.email)}
        onWait={wait}
        purpose="Open the link in it within an hour, and you choose a new password. It comes only if the address has an account."
        sent={sent}
        title="Check your mail"
      />
    )
  }
  return (
    <Card
      foot={
        <>
          You remember it? <TextLink href={withNext('/sign-in', next)}>Sign in</TextLink>
        </>
      }
      lead="We send you a mail with which you choose a new one."
      title="Forgot your password?"
    >
      <AddressForm
        email={email}
        mail={mail}
        onSent={(now) => {
          keepNext(next)
          wait(now)
        }}
        verb="Send the mail"
      />
    </Card>
  )
}
