import type { FormEvent } from 'react'
import { verifyCode } from '../../../protocol/endpoints/accounts.ts'
import { gate } from '../gate.ts'
import { sentence } from '../outcome.ts'
import { enter } from '../session.ts'
import { Button } from '../ui/button.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import { useForm } from '../use-form.ts'
import { Closing } from './closing.tsx'
import { dropNext } from './kept-next.ts'

/** Where the code from a mail is entered. */
export function CodeForm({
  email,
  verb,
  doing,
  onIn,
}: {
  email: string
  verb: string
  doing: string
  /** The code was right, and the person is in. */
  onIn: () => void
}) {
  const { ref, pending, failure, errorOf, send } = useForm()

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const code = entered(event.currentTarget, 'code').replaceAll(/\s/g, '')
    const wrong = /^\d{6}$/.test(code) ? {} : { code: 'Enter the six digits from the mail.' }
    const answer = await send(wrong, () => gate.api.call(verifyCode, { body: { email, code } }), {
      wrong_code: {
        code: 'This code is wrong, or was used, or is more than an hour old. Take that of the newest mail.',
      },
    })
    if (answer === null) return
    dropNext()
    await enter(answer.value.me)
    onIn()
  }

  return (
    <form className="grid gap-4" noValidate onSubmit={submit} ref={ref}>
      {failure !== null && (
        <Alert>
          {sentence(failure)}
          <Closing failure={failure} />
        </Alert>
      )}
      <Field
        autoComplete="one-time-code"
        className="tracking-[0.3em] tabular-nums"
        error={errorOf('code')}
        hint="Six digits."
        inputMode="numeric"
        label="Code"
        maxLength={12}
        name="code"
      />
      <Button className="w-full" pending={pending} type="submit">
        {pending ? doing : verb}
      </Button>
    </form>
  )
}
