import { useState, type FormEvent } from 'react'
import { useLocation, useSearch } from 'wouter'
import { limits } from '../../../protocol/limits.ts'
import { gate } from '../gate.ts'
import { nextPath, withNext } from '../next-path.ts'
import { sentence } from '../outcome.ts'
import { enter } from '../session.ts'
import { Button } from '../ui/button.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { TextLink } from '../ui/link-button.tsx'
import { Alert } from '../ui/notice.tsx'
import { useForm, wrongEmail } from '../use-form.ts'
import { Card } from './card.tsx'
import { keepNext } from './kept-next.ts'
import { MailPage } from './mail-page.tsx'
import { mailedNow, useMailSent } from './mail-sent.ts'
import { wrongPassword } from './wrong-password.ts'

/** Make an account, then go where ?next= says, or wait for the mail to be confirmed. */
export function SignUp() {
  const [, navigate] = useLocation()
  const next = nextPath(useSearch())
  const { ref, pending, failure, errorOf, send } = useForm()
  const { sent, email, wait } = useMailSent()
  // Kept for whoever comes back from waiting for the mail.
  const [name, setName] = useState('')

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const [address, password] = [entered(event.currentTarget, 'email').trim(), entered(event.currentTarget, 'password')]
    const given = { name: name.trim(), email: address, password }
    const wrong = {
      ...(given.name === '' ? { name: 'Enter the name that others will see.' } : {}),
      ...wrongEmail(address),
      ...wrongPassword(password),
    }
    const answer = await send(wrong, () => gate.api.signUp(given), {
      email_taken: { email: 'This e-mail has an account already. Sign in instead.' },
    })
    switch (answer?.value.state) {
      case undefined:
        return
      case 'confirm_email':
        keepNext(next)
        return wait(mailedNow(answer.value.email))
      case 'signed_in':
        await enter(answer.value.me)
        navigate(next, { replace: true })
    }
  }

  if (sent !== null) return <MailPage page="ConfirmAccount" />
  return (
    <Card
      foot={
        <>
          Have an account? <TextLink href={withNext('/sign-in', next)}>Sign in</TextLink>
        </>
      }
      lead={
        next.startsWith('/j/')
          ? 'Then you go straight on to your invitation.'
          : 'A name, an e-mail, a password: that is all.'
      }
      title="Make an account"
    >
      <form className="grid gap-4" noValidate onSubmit={submit} ref={ref}>
        {failure !== null && <Alert>{sentence(failure)}</Alert>}
        <Field
          autoComplete="name"
          dir="auto"
          error={errorOf('name')}
          label="Your name"
          maxLength={limits.personName}
          name="name"
          onChange={(event) => setName(event.target.value)}
          value={name}
        />
        <Field
          autoComplete="username"
          defaultValue={email}
          error={errorOf('email')}
          inputMode="email"
          label="E-mail"
          name="email"
          type="email"
        />
        <Field
          autoComplete="new-password"
          error={errorOf('password')}
          hint={`At least ${limits.passwordMin} characters.`}
          label="Password"
          name="password"
          type="password"
        />
        <Button className="mt-1 w-full" pending={pending} type="submit">
          {pending ? 'Making your account…' : 'Make an account'}
        </Button>
      </form>
    </Card>
  )
}
