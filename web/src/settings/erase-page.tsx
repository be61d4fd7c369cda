import { useCallback, useEffect, useState, type FormEvent } from 'react'
import { useLocation } from 'wouter'
import { previewErasure, startErasure, type ErasureMode } from '../../../protocol/endpoints/own-data.ts'
import type { Answer } from '../../../protocol/endpoint.ts'
import { gate } from '../gate.ts'
import { outcome, sentence, type Failure } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { entered } from '../ui/entered.ts'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import { useBackOnline } from '../ui/use-back-online.ts'
import { useForm } from '../use-form.ts'
import { forgetHere } from './sign-out.ts'
import type { Client } from '../../sync/client.ts'

type Preview = Answer<typeof previewErasure>

/** What has to be typed, so that nobody deletes an account with a slip. */
const word = 'delete'

const modes: readonly (readonly [mode: ErasureMode, label: string, meaning: string])[] = [
  ['keep', 'Keep my messages', 'They stay where they are, from “Deleted account”. Conversations stay readable.'],
  ['erase', 'Empty my messages', 'Every message of yours is emptied, for everyone. Its place stays.'],
]

/** Deletes the account: says what becomes of everything, and has it confirmed. */
export function ErasePage({ client, onExport }: { client: Client; onExport: () => void }) {
  const [, navigate] = useLocation()
  const { ref, pending, failure, errorOf, send } = useForm()
  const [mode, setMode] = useState<ErasureMode>('keep')
  const [preview, again] = usePreview()

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const typed = entered(event.currentTarget, 'word').trim().toLowerCase()
    const password = entered(event.currentTarget, 'password')
    const body = password === '' ? { mode } : { mode, password }
    const answer = await send(
      typed === word ? {} : { word: `Write “${word}”, exactly as it stands here.` },
      () => gate.api.call(startErasure, { body }),
      { wrong_credentials: { password: password === '' ? 'Enter your password.' : 'This is not your password.' } },
    )
    if (answer === null) return
    navigate('/account-deleted', { replace: true })
    forgetHere(client)
    // Nobody is signed in any more: what is left to do is to empty this browser, whatever the server says to it.
    await outcome(client.signOut())
  }

  return (
    <form className="grid grid-cols-[minmax(0,1fr)] gap-5" noValidate onSubmit={submit} ref={ref}>
      <p className="text-pretty text-muted">
        Your account, your profile and your settings are deleted, and you are signed out everywhere. This cannot be
        taken back.{' '}
        <button
          className="min-h-6 rounded-sm font-medium text-petrol underline underline-offset-3"
          onClick={onExport}
          type="button"
        >
          Download a copy first
        </button>
      </p>
      <fieldset className="grid gap-2">
        <legend className="mb-2 text-sm font-medium">What becomes of what you wrote</legend>
        {modes.map(([value, label, meaning]) => (
          <label
            className="flex cursor-pointer items-start gap-3 rounded-xl border border-line p-3 has-checked:border-petrol has-focus-visible:outline-2 has-focus-visible:outline-petrol"
            key={value}
          >
            <input
              checked={mode === value}
              className="mt-1 size-4 flex-none accent-petrol"
              name="mode"
              onChange={() => setMode(value)}
              type="radio"
              value={value}
            />
            <span className="min-w-0">
              <span className="block font-medium">{label}</span>
              <span className="block text-sm text-pretty text-muted">{meaning}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Groups again={again} preview={preview} />
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      <Field
        autoComplete="current-password"
        error={errorOf('password')}
        hint="Leave it empty if you signed in with a mailed code in the last ten minutes."
        label="Your password"
        name="password"
        type="password"
      />
      <Field
        autoCapitalize="none"
        autoComplete="off"
        error={errorOf('word')}
        label={`Write “${word}” to go on`}
        name="word"
        spellCheck={false}
      />
      <Button className="justify-self-start" look="destroy" pending={pending} type="submit">
        {pending ? 'Deleting…' : 'Delete my account'}
      </Button>
    </form>
  )
}

type Asked = { state: 'asking' } | { state: 'known'; preview: Preview } | { state: 'failed'; failure: Failure }

function usePreview(): [asked: Asked, again: () => void] {
  const [asked, setAsked] = useState<Asked>({ state: 'asking' })
  const ask = useCallback(async () => {
    setAsked({ state: 'asking' })
    const answer = await outcome(gate.api.call(previewErasure, {}))
    setAsked(answer.ok ? { state: 'known', preview: answer.value } : { state: 'failed', failure: answer.failure })
  }, [])
  useEffect(() => void ask(), [ask])
  useBackOnline(asked.state === 'failed' ? asked.failure : null, ask)
  return [asked, () => void ask()]
}

/** Who has my groups afterwards. */
function Groups({ preview: asked, again }: { preview: Asked; again: () => void }) {
  switch (asked.state) {
    case 'asking':
      return (
        <p className="text-sm text-muted" role="status">
          Looking at your groups…
        </p>
      )
    case 'failed':
      return (
        <Alert>
          What becomes of your groups cannot be shown. {sentence(asked.failure)}{' '}
          <Button look="danger" onClick={again}>
            Try again
          </Button>
        </Alert>
      )
    case 'known': {
      const { groups } = asked.preview
      if (groups.length === 0) return <p className="text-sm text-muted">You own no group.</p>
      return (
        <div className="grid gap-2">
          <h3 className="text-sm font-medium">Your groups</h3>
          <ul className="thin-scroll grid max-h-48 gap-2 overflow-y-auto rounded-xl bg-sunken p-3 text-sm" tabIndex={0}>
            {groups.map(({ room, name, heir }) => (
              <li className="wrap-anywhere" key={room}>
                <bdi className="font-medium">{name}</bdi>{' '}
                {heir === null ? (
                  <span className="text-danger">is deleted, since nobody else is in it</span>
                ) : (
                  <span className="text-muted">
                    goes to <bdi className="font-medium text-ink">{heir.name}</bdi>
                  </span>
                )}
              </li>
            ))}
          </ul>
        </div>
      )
    }
  }
}
