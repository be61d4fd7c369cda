import { useRef, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
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

/** Sign in with e-mail and password, then go where ?next= says. */
export function SignIn() {
  const [, navigate] = useLocation()
  const next = nextPath(useSearch())
  const form = useRef<HTMLFormElement>(null)
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [missing, setMissing] = useState<Record<string, string>>({})
  const [confirm, setConfirm] = useState<string | null>(null)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    const email = entered(event.currentTarget, 'email').trim()
    const password = entered(event.currentTarget, 'password')
    const found: Record<string, string> = {}
    if (!/^[^@\s]+@[^@\s]+$/.test(email)) found['email'] = 'Enter your e-mail address.'
    if (password === '') found['password'] = 'Enter your password.'
    setMissing(found)
    setFailure(null)
    if (Object.keys(found).length > 0) return focusFirstError(form.current)
    setPending(true)
    const answer = await outcome(gate.api.signIn({ email, password }))
    if (!answer.ok) {
      setPending(false)
      setFailure(answer.failure)
      return focusFirstError(form.current)
    }
    if (answer.value.state === 'confirm_email') return setConfirm(answer.value.email)
    await enter(answer.value.me)
    navigate(next, { replace: true })
  }

  if (confirm !== null) return <ConfirmEmail email={confirm} next={next} />
  return (
    <Card
      foot={
        <>
          New here?{' '}
          <Link className="font-medium text-petrol underline underline-offset-3" href={withNext('/sign-up', next)}>
            Make an account
          </Link>
        </>
      }
      lead={next.startsWith('/j/') ? 'Then you go straight on to your invitation.' : undefined}
      title="Sign in"
    >
      <form className="grid gap-4" noValidate onSubmit={submit} ref={form}>
        {failure !== null && failure.errors.length === 0 && <Alert>{sentence(failure)}</Alert>}
        <Field
          autoComplete="username"
          error={missing['email'] ?? fieldError(failure, 'email')}
          inputMode="email"
          label="E-mail"
          name="email"
          type="email"
        />
        <Field
          autoComplete="current-password"
          error={missing['password'] ?? fieldError(failure, 'password')}
          label="Password"
          name="password"
          type="password"
        />
        <Button className="mt-1 w-full" pending={pending} type="submit">
          {pending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
    </Card>
  )
}
