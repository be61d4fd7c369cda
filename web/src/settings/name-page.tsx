import { useState, type FormEvent } from 'react'
import { renameMe } from '../../../protocol/endpoints/accounts.ts'
import { limits } from '../../../protocol/limits.ts'
import { gate } from '../gate.ts'
import { sentence } from '../outcome.ts'
import { enter } from '../session.ts'
import { Button } from '../ui/button.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import { useForm } from '../use-form.ts'

/** What others see me called. */
export function NamePage({ name, onDone }: { name: string; onDone: () => void }) {
  const { ref, pending, failure, errorOf, send } = useForm()
  const [before] = useState(name)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const next = entered(event.currentTarget, 'name').trim()
    if (next === before) return onDone()
    const wrong = next === '' ? { name: 'Enter the name that others will see.' } : {}
    const answer = await send(wrong, () => gate.api.call(renameMe, { body: { name: next } }))
    if (answer === null) return
    await enter(answer.value)
    onDone()
  }

  return (
    <form className="grid gap-4" noValidate onSubmit={submit} ref={ref}>
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      <Field
        autoComplete="name"
        defaultValue={name}
        dir="auto"
        error={errorOf('name')}
        hint="Everyone in your rooms sees it, also beside what you wrote before."
        label="Your name"
        maxLength={limits.personName}
        name="name"
      />
      <Button className="justify-self-start" pending={pending} type="submit">
        {pending ? 'Saving…' : 'Save'}
      </Button>
    </form>
  )
}
