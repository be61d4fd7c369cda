import { useLocation, useSearch } from 'wouter'
import { resendMail } from '../../../protocol/endpoints/accounts.ts'
import { gate } from '../gate.ts'
import { nextPath, withNext } from '../next-path.ts'
import { TextLink } from '../ui/link-button.tsx'
import { CheckMail } from './check-mail.tsx'
import { CodeForm } from './code-form.tsx'
import { useMailSent } from './mail-sent.ts'

/** The account waits for its e-mail to be confirmed. */
export function ConfirmAccount() {
  const [, navigate] = useLocation()
  const next = nextPath(useSearch())
  const { sent, wait } = useMailSent()
  if (sent === null) return null
  return (
    <CheckMail
      mailAgain={() => gate.api.call(resendMail, { body: { email: sent.email } })}
      onWait={wait}
      purpose={
        <>
          Open the link in it, or enter the code here, and your account is ready. If you have one already, there is no
          mail: <TextLink href={withNext('/sign-in', next)}>sign in</TextLink> instead.
        </>
      }
      sent={sent}
      title="Confirm your e-mail"
    >
      <CodeForm doing="Confirming…" email={sent.email} onIn={() => navigate(next, { replace: true })} verb="Confirm" />
    </CheckMail>
  )
}
