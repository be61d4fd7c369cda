import { useRef, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { limits } from '../../../protocol/limits.ts'
import { gate } from '../gate.ts'
import { nextPath, withNext } from '../next-path.ts'
import { fieldError, outcome, sentence } from '../outcome.ts'
import { enter } from '../session.ts'
import { Button } from '../ui/button.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import { Card } from './card.tsx'
import { ConfirmEmail } from './confirm-email.tsx'
import { focusFirstError } from './focus-first-error.ts'
import type { Failure } from '../outcome.ts'
import type { FormEvent } from 'react'

/** Make an account, then go where ?next= says, or wait for the mail to be confirmed. */
export function SignUp() {
  const [, navigate] = useLocation()
  const next = nextPath(useSearch())
  const form = useRef<HTMLFormElement>(null)
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [wrong, setWrong] = useState<Record<string, string>>({})
  const [confirm, setConfirm] = useState<string | null>(null)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    const name = entered(event.currentTarget, 'name').trim()
    const email = entered(event.currentTarget, 'email').trim()
    const password = entered(event.currentTarget, 'password')
    const found: Record<string, string> = {}
    if (name === '') found['name'] = 'Enter the name that others will see.'
    if (!/^[^@\s]+@[^@\s]+$/.test(email)) found['email'] = 'Enter an e-mail address, such as ada@example.org.'
    if (password.length < limits.passwordMin) found['password'] = `Use at least ${limits.passwordMin} characters.`
    if (password.length > limits.passwordMax) found['password'] = `Use at most ${limits.passwordMax} characters.`
    setWrong(found)
    setFailure(null)
    if (Object.keys(found).length > 0) return focusFirstError(form.current)
    setPending(true)
    const answer = await outcome(gate.api.signUp({ name, email, password }))
    if (!answer.ok) {
      setPending(false)
      setFailure(answer.failure)
      return focusFirstError(form.current)
    }
    if (answer.value.state === 'confirm_email') return setConfirm(answer.value.email)
    await enter(answer.value.me)
    navigate(next, { replace: true })
  }

  const taken = failure?.kind === 'email_taken'
  if (confirm !== null) return <ConfirmEmail email={confirm} next={next} />
  return (
    <Card
      foot={
        <>
          Have an account?{' '}
          <Link className="font-medium text-petrol underline underline-offset-3" href={withNext('/sign-in', next)}>
            Sign in
          </Link>
        </>
      }
      lead={
        next.startsWith('/j/')
          ? 'Then you go straight on to your invitation.'
          : 'A name, an e-mail, a password: that is all.'
      }
      title="Make an account"
    >
      <form className="grid gap-4" noValidate onSubmit={submit} ref={form}>
        {failure !== null && failure.errors.length === 0 && !taken && <Alert>{sentence(failure)}</Alert>}
        <Field
          autoComplete="name"
          dir="auto"
          error={wrong['name'] ?? fieldError(failure, 'name')}
          label="Your name"
          maxLength={limits.personName}
          name="name"
        />
        <Field
          autoComplete="username"
          error={
            wrong['email'] ??
            (taken ? 'This e-mail has an account already. Sign in instead.' : fieldError(failure, 'email'))
          }
          inputMode="email"
          label="E-mail"
          name="email"
          type="email"
        />
        <Field
          autoComplete="new-password"
          error={wrong['password'] ?? fieldError(failure, 'password')}
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
