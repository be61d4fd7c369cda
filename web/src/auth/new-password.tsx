import type { FormEvent } from 'react'
import { Redirect, useLocation, useSearch } from 'wouter'
import { useStore } from 'zustand'
import { changePassword } from '../../../protocol/endpoints/accounts.ts'
import { limits } from '../../../protocol/limits.ts'
import { gate } from '../gate.ts'
import { nextPath, withNext } from '../next-path.ts'
import { sentence } from '../outcome.ts'
import { session } from '../session.ts'
import { sayOnPage } from '../shell/page-toast.tsx'
import { Unreachable } from '../system/unreachable.tsx'
import { Waiting } from '../system/waiting.tsx'
import { Button } from '../ui/button.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { TextLink } from '../ui/link-button.tsx'
import { Alert } from '../ui/notice.tsx'
import { useForm } from '../use-form.ts'
import { Card } from './card.tsx'
import { wrongPassword } from './wrong-password.ts'

/** Whoever came back by a mail chooses a new password. */
export function NewPassword() {
  const now = useStore(session)
  const next = nextPath(useSearch())
  switch (now.state) {
    case 'asking':
      return <Waiting />
    case 'unreachable':
      return <Unreachable />
    case 'out':
      return <Redirect replace to={withNext('/forgot', next)} />
    case 'in':
      return <Choose email={now.client.me.email} next={next} />
  }
}

function Choose({ email, next }: { email: string; next: string }) {
  const [, navigate] = useLocation()
  const { ref, pending, failure, errorOf, send } = useForm()

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const password = entered(event.currentTarget, 'password')
    const answer = await send(wrongPassword(password), () => gate.api.call(changePassword, { body: { password } }))
    if (answer === null) return
    sayOnPage('Your new password is set. Everywhere else you were signed out.')
    navigate(next, { replace: true })
  }

  return (
    <Card
      foot={
        <>
          You are signed in. You may also keep the old one and <TextLink href={next}>go on</TextLink>.
        </>
      }
      lead={
        <>
          For <bdi className="font-semibold wrap-anywhere text-ink">{email}</bdi>. Everywhere else you will be signed
          out.
        </>
      }
      title="Choose a new password"
    >
      <form className="grid gap-4" noValidate onSubmit={submit} ref={ref}>
        {failure !== null && (
          <Alert>
            {failure.kind === 'wrong_credentials' ? (
              <>
                This takes a fresh mail: the one you came by was more than 15 minutes ago.{' '}
                <TextLink href={withNext('/forgot', next)} state={{ email }}>
                  Send me one
                </TextLink>
              </>
            ) : (
              sentence(failure)
            )}
          </Alert>
        )}
        {/* For password managers, which file the password under it. */}
        <input autoComplete="username" hidden name="email" readOnly type="email" value={email} />
        <Field
          autoComplete="new-password"
          error={errorOf('password')}
          hint={`At least ${limits.passwordMin} characters.`}
          label="New password"
          name="password"
          type="password"
        />
        <Button className="mt-1 w-full" pending={pending} type="submit">
          {pending ? 'Setting it…' : 'Set the password'}
        </Button>
      </form>
    </Card>
  )
}
