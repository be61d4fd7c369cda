import { useLocation, useSearch } from 'wouter'
import { sendCode } from '../../../protocol/endpoints/accounts.ts'
import { gate } from '../gate.ts'
import { nextPath, withNext } from '../next-path.ts'
import { LinkButton, TextLink } from '../ui/link-button.tsx'
import { AddressForm } from './address-form.tsx'
import { Card } from './card.tsx'
import { CheckMail } from './check-mail.tsx'
import { CodeForm } from './code-form.tsx'
import { keepNext } from './kept-next.ts'
import { useMailSent } from './mail-sent.ts'

/** Sign in without a password, by a code or a link in a mail. */
export function SignInByCode() {
  const [, navigate] = useLocation()
  const next = nextPath(useSearch())
  const { sent, email, wait } = useMailSent()
  const mail = (to: string) => gate.api.call(sendCode, { body: { email: to } })

  if (sent !== null) {
    return (
      <CheckMail
        mailAgain={() => mail(sent.email)}
        onWait={wait}
        purpose="Enter the code from it here, or open its link. It comes only if the address has an account."
        sent={sent}
        title="Check your mail"
      >
        <CodeForm
          doing="Signing in…"
          email={sent.email}
          onIn={() => navigate(next, { replace: true })}
          verb="Sign in"
        />
      </CheckMail>
    )
  }
  return (
    <Card
      foot={
        <>
          New here? <TextLink href={withNext('/sign-up', next)}>Make an account</TextLink>
        </>
      }
      lead="You get a mail with a code, and need no password."
      title="Sign in by mail"
    >
      <AddressForm
        email={email}
        mail={mail}
        onSent={(now) => {
          keepNext(next)
          wait(now)
        }}
        verb="E-mail me a code"
      >
        <LinkButton href={withNext('/sign-in', next)} look="quiet">
          Sign in with a password
        </LinkButton>
      </AddressForm>
    </Card>
  )
}
