import { useState, type FormEvent } from 'react'
import { changePassword } from '../../../protocol/endpoints/accounts.ts'
import { limits } from '../../../protocol/limits.ts'
import { wrongPassword } from '../auth/wrong-password.ts'
import { gate } from '../gate.ts'
import { sentence } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { TextLink } from '../ui/link-button.tsx'
import { Alert } from '../ui/notice.tsx'
import { useForm } from '../use-form.ts'
import { Done } from './done.tsx'

/** Another password, for whoever knows the one that counts. */
export function PasswordPage({ email }: { email: string }) {
  const { ref, pending, failure, errorOf, send } = useForm()
  const [done, setDone] = useState(false)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const current = entered(event.currentTarget, 'current')
    const password = entered(event.currentTarget, 'password')
    const wrong = { ...(current === '' ? { current: 'Enter your password.' } : {}), ...wrongPassword(password) }
    const answer = await send(wrong, () => gate.api.call(changePassword, { body: { password, current } }), {
      wrong_credentials: { current: 'This is not your password.' },
    })
    if (answer !== null) setDone(true)
  }

  if (done) return <Done>Your password is changed. Everywhere else you are signed out.</Done>
  return (
    <form className="grid gap-4" noValidate onSubmit={submit} ref={ref}>
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      {/* For password managers, which file the password under it. */}
      <input autoComplete="username" hidden name="email" readOnly type="email" value={email} />
      <div className="grid gap-1.5">
        <Field
          autoComplete="current-password"
          error={errorOf('current')}
          label="Current password"
          name="current"
          type="password"
        />
        <span className="text-sm">
          <TextLink href="/forgot" state={{ email }}>
            Forgot your password?
          </TextLink>
        </span>
      </div>
      <Field
        autoComplete="new-password"
        error={errorOf('password')}
        hint={`At least ${limits.passwordMin} characters. Everywhere else you are signed out.`}
        label="New password"
        name="password"
        type="password"
      />
      <Button className="justify-self-start" pending={pending} type="submit">
        {pending ? 'Changing it…' : 'Change the password'}
      </Button>
    </form>
  )
}
