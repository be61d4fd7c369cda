import { useState, type FormEvent } from 'react'
import { changeEmail } from '../../../protocol/endpoints/accounts.ts'
import { gate } from '../gate.ts'
import { sentence } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { TextLink } from '../ui/link-button.tsx'
import { Alert } from '../ui/notice.tsx'
import { useForm, wrongEmail } from '../use-form.ts'
import { Done } from './done.tsx'
import { useFreshMe } from './use-fresh-me.ts'

/** Another address for the account: it counts once the link in a mail to it was opened. */
export function EmailPage({ email }: { email: string }) {
  const { ref, pending, failure, errorOf, send } = useForm()
  const [sentTo, setSentTo] = useState<string | null>(null)
  useFreshMe()

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const next = entered(event.currentTarget, 'email').trim()
    const password = entered(event.currentTarget, 'password')
    const wrong = {
      ...wrongEmail(next),
      ...(next.toLowerCase() === email ? { email: 'This is your address already.' } : {}),
      ...(password === '' ? { password: 'Enter your password.' } : {}),
    }
    const body = { email: next, password }
    const answer = await send(wrong, () => gate.api.call(changeEmail, { body }), {
      wrong_credentials: { password: 'This is not your password.' },
    })
    if (answer !== null) setSentTo(next)
  }

  if (sentTo?.toLowerCase() === email) {
    return (
      <Done>
        From now on you sign in with <bdi className="font-semibold wrap-anywhere">{email}</bdi>.
      </Done>
    )
  }
  if (sentTo !== null) {
    return (
      <Done>
        We sent a mail to <bdi className="font-semibold wrap-anywhere">{sentTo}</bdi>. Open the link in it within an
        hour, and you sign in with the new address. Until then nothing changes. If the address has another account,
        there is no mail.
      </Done>
    )
  }
  return (
    <form className="grid gap-4" noValidate onSubmit={submit} ref={ref}>
      <p className="text-pretty text-muted">
        You sign in with <bdi className="font-semibold wrap-anywhere text-ink">{email}</bdi>. Nobody else sees it.
      </p>
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      <Field
        autoComplete="email"
        error={errorOf('email')}
        inputMode="email"
        label="New e-mail"
        name="email"
        type="email"
      />
      <div className="grid gap-1.5">
        <Field
          autoComplete="current-password"
          error={errorOf('password')}
          label="Your password"
          name="password"
          type="password"
        />
        <span className="text-sm">
          <TextLink href="/forgot" state={{ email }}>
            Forgot your password?
          </TextLink>
        </span>
      </div>
      <Button className="justify-self-start" pending={pending} type="submit">
        {pending ? 'Sending…' : 'Send the mail'}
      </Button>
    </form>
  )
}
