import { useState, type FormEvent } from 'react'
import { useLocation, useSearch } from 'wouter'
import { useStore } from 'zustand'
import { gate } from '../gate.ts'
import { nextPath, withNext } from '../next-path.ts'
import { sentence } from '../outcome.ts'
import { enter, session } from '../session.ts'
import { Button } from '../ui/button.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { LinkButton, TextLink } from '../ui/link-button.tsx'
import { Alert } from '../ui/notice.tsx'
import { useForm, wrongEmail } from '../use-form.ts'
import { Card } from './card.tsx'
import { Closing } from './closing.tsx'

/** Sign in with e-mail and password, then go where ?next= says; or go on to one of the other ways in. */
export function SignIn() {
  const [, navigate] = useLocation()
  const next = nextPath(useSearch())
  const ended = useStore(session, (now) => (now.state === 'out' ? now.ended : null))
  const { ref, pending, failure, errorOf, send } = useForm()
  const [email, setEmail] = useState(ended ?? '')

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const given = { email: email.trim(), password: entered(event.currentTarget, 'password') }
    const wrong = {
      ...wrongEmail(given.email),
      ...(given.password === '' ? { password: 'Enter your password.' } : {}),
    }
    const answer = await send(wrong, () => gate.api.signIn(given))
    if (answer === null) return
    await enter(answer.value.me)
    navigate(next, { replace: true })
  }

  return (
    <Card
      foot={
        <>
          New here? <TextLink href={withNext('/sign-up', next)}>Make an account</TextLink>
        </>
      }
      lead={next.startsWith('/j/') ? 'Then you go straight on to your invitation.' : undefined}
      title="Sign in"
    >
      {ended !== null && (
        <p className="rounded-lg bg-petrol-soft px-3 py-2.5 text-sm text-pretty" role="status">
          You were signed out on this device: from another one, or because you had been away for long. What you had not
          sent is kept here for you.
        </p>
      )}
      <form className="grid gap-4" noValidate onSubmit={submit} ref={ref}>
        {failure !== null && (
          <Alert>
            {sentence(failure)}
            {failure.kind === 'wrong_credentials' && ' If the account is new, confirm its e-mail first.'}
            <Closing failure={failure} />
          </Alert>
        )}
        <Field
          autoComplete="username"
          error={errorOf('email')}
          inputMode="email"
          label="E-mail"
          name="email"
          onChange={(event) => setEmail(event.target.value)}
          type="email"
          value={email}
        />
        <div className="grid gap-1.5">
          <Field
            autoComplete="current-password"
            error={errorOf('password')}
            label="Password"
            name="password"
            type="password"
          />
          <span className="text-sm">
            <TextLink href={withNext('/forgot', next)} state={{ email }}>
              Forgot your password?
            </TextLink>
          </span>
        </div>
        <Button className="mt-1 w-full" pending={pending} type="submit">
          {pending ? 'Signing in…' : 'Sign in'}
        </Button>
        <LinkButton href={withNext('/sign-in/code', next)} look="quiet" state={{ email }}>
          E-mail me a code instead
        </LinkButton>
      </form>
    </Card>
  )
}
