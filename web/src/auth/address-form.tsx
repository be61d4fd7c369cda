import type { FormEvent, ReactNode } from 'react'
import { sentence } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import { useForm, wrongEmail } from '../use-form.ts'
import { mailedNow, type MailSent } from './mail-sent.ts'

/** Asks to whom a mail shall go, and has it sent. */
export function AddressForm({
  email,
  verb,
  mail,
  onSent,
  children,
}: {
  /** What is entered already. */
  email: string
  verb: string
  mail: (email: string) => Promise<unknown>
  onSent: (sent: MailSent) => void
  children?: ReactNode
}) {
  const { ref, pending, failure, errorOf, send } = useForm()

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const to = entered(event.currentTarget, 'email').trim()
    const answer = await send(wrongEmail(to), () => mail(to))
    if (answer !== null) onSent(mailedNow(to))
  }

  return (
    <form className="grid gap-4" noValidate onSubmit={submit} ref={ref}>
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      <Field
        autoComplete="username"
        defaultValue={email}
        error={errorOf('email')}
        inputMode="email"
        label="E-mail"
        name="email"
        type="email"
      />
      <Button className="w-full" pending={pending} type="submit">
        {pending ? 'Sending…' : verb}
      </Button>
      {children}
    </form>
  )
}
