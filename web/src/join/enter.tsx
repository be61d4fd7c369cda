import { useEffect, useRef, useState } from 'react'
import { askToJoin, withdrawRequest } from '../../../protocol/endpoints/requests.ts'
import { limits } from '../../../protocol/limits.ts'
import { useStore } from 'zustand'
import { gate } from '../gate.ts'
import { outcome, type Failure, type Outcome } from '../outcome.ts'
import { shortTime } from '../times.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import { TextArea } from '../ui/text-area.tsx'
import { why } from '../why.ts'
import type { Joined } from '../../../protocol/api.ts'
import type { Client } from '../../sync/client.ts'
import type { FormEvent } from 'react'

type Step =
  | { kind: 'open' }
  | { kind: 'passcode' }
  | { kind: 'ask' }
  | { kind: 'waiting'; since: number }
  | { kind: 'declined'; failure: Failure }

/**
 * The way into a room that lets one in at once, asks for a passcode, or has one ask. Where it turns out to ask for more
 * than it seemed, that is asked for next.
 */
export function Enter({
  client,
  room,
  code,
  approval,
  passcode,
  come,
  onInside,
}: {
  client: Client
  room: string
  /** Of the link that led here. */
  code?: string
  approval: boolean
  passcode: boolean
  come: (passcode: string | undefined) => Promise<Joined>
  onInside: () => void
}) {
  const [step, setStep] = useState<Step>({ kind: approval ? 'ask' : passcode ? 'passcode' : 'open' })
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  // Who is let in finds the room in their list: nobody needs to look again.
  const member = useStore(client.inbox.view, (now) => now.rooms.some((line) => line.room === room))
  const waits = step.kind === 'waiting'
  useEffect(() => {
    if (waits && member) onInside()
  }, [waits, member, onInside])

  async function run<T>(call: Promise<T>): Promise<Outcome<T>> {
    setPending(true)
    setFailure(null)
    const answer = await outcome(call)
    setPending(false)
    return answer
  }

  async function enter(word: string | undefined) {
    const answer = await run(come(word))
    if (answer.ok) return onInside()
    switch (answer.failure.kind) {
      case 'approval_needed':
        return setStep({ kind: 'ask' })
      case 'passcode_needed':
        return setStep({ kind: 'passcode' })
      default:
        setFailure(answer.failure)
    }
  }

  async function ask(note: string) {
    const body = { ...(note !== '' && { note }), ...(code !== undefined && { code }) }
    const answer = await run(gate.api.call(askToJoin, { params: { room }, body }))
    if (!answer.ok) {
      if (answer.failure.kind === 'declined') return setStep({ kind: 'declined', failure: answer.failure })
      return setFailure(answer.failure)
    }
    if (answer.value.state === 'member') onInside()
    else setStep({ kind: 'waiting', since: answer.value.askedAt })
  }

  async function withdraw() {
    const answer = await run(gate.api.call(withdrawRequest, { params: { room } }))
    if (answer.ok) setStep({ kind: 'ask' })
    else setFailure(answer.failure)
  }

  // Who was declined is told nothing: whoever comes back to the page asks again.
  const look = useRef(() => {})
  look.current = () => void (waits && !pending && document.visibilityState === 'visible' && ask(''))
  useEffect(() => {
    const looks = () => look.current()
    document.addEventListener('visibilitychange', looks)
    return () => document.removeEventListener('visibilitychange', looks)
  }, [])

  const said = failure !== null && failure.kind !== 'wrong_passcode' && <Alert>{why(failure)}</Alert>
  switch (step.kind) {
    case 'open':
      return (
        <div className="grid gap-4">
          {said}
          <Button className="w-full" onClick={() => void enter(undefined)} pending={pending}>
            {pending ? 'Joining…' : 'Join the room'}
          </Button>
        </div>
      )
    case 'passcode':
      return (
        <>
          {said}
          <Passcode
            failure={failure?.kind === 'wrong_passcode' ? failure : null}
            onEnter={(word) => void enter(word)}
            pending={pending}
          />
        </>
      )
    case 'ask':
      return (
        <>
          {said}
          <Ask onAsk={(note) => void ask(note)} pending={pending} />
        </>
      )
    case 'waiting':
      return (
        <div className="grid gap-4">
          <div className="grid gap-1 rounded-xl bg-petrol-soft p-4" role="status">
            <p className="font-semibold">You asked to be let in.</p>
            <p className="text-sm text-pretty text-muted">
              An admin decides; the room opens here as soon as they let you in. You asked {shortTime(step.since)}.
            </p>
          </div>
          {said}
          <div className="flex flex-wrap gap-2">
            <Button look="quiet" onClick={() => void ask('')} pending={pending}>
              Look again
            </Button>
            <Button look="quiet" onClick={() => void withdraw()}>
              Take it back
            </Button>
          </div>
        </div>
      )
    case 'declined':
      return (
        <div className="grid gap-1 rounded-xl border border-line p-4" role="status">
          <p className="font-semibold">You were not let in.</p>
          <p className="text-sm text-pretty text-muted">
            {step.failure.retryAfterMs === null
              ? 'You can ask again later.'
              : `You can ask again from ${shortTime(client.inbox.now() + step.failure.retryAfterMs)} on.`}
          </p>
        </div>
      )
  }
}

function Passcode({
  failure,
  pending,
  onEnter,
}: {
  failure: Failure | null
  pending: boolean
  onEnter: (passcode: string) => void
}) {
  const [short, setShort] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (failure === null) return
    const field = form.current!.elements.namedItem('passcode') as HTMLInputElement
    field.focus()
    field.select()
  }, [failure])
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    const field = event.currentTarget.elements.namedItem('passcode') as HTMLInputElement
    setShort(field.value.length < limits.passcodeMin)
    if (field.value.length < limits.passcodeMin) return field.focus()
    onEnter(field.value)
  }
  return (
    <form className="grid gap-4" noValidate onSubmit={submit} ref={form}>
      <Field
        autoComplete="off"
        error={
          short
            ? `A passcode has at least ${limits.passcodeMin} characters.`
            : failure === null
              ? undefined
              : why(failure)
        }
        hint="Whoever sent you here knows it."
        label="Passcode of the room"
        maxLength={limits.passcodeMax}
        name="passcode"
        type="password"
      />
      <Button className="w-full" pending={pending} type="submit">
        {pending ? 'Joining…' : 'Join the room'}
      </Button>
    </form>
  )
}

function Ask({ pending, onAsk }: { pending: boolean; onAsk: (note: string) => void }) {
  return (
    <form
      className="grid gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (pending) return
        onAsk((event.currentTarget.elements.namedItem('note') as HTMLTextAreaElement).value.trim())
      }}
    >
      <TextArea
        hint="The admins of this room let people in. Say who you are, if they may not know."
        label="A word to them"
        maxLength={limits.joinNote}
        name="note"
        rows={2}
      />
      <Button className="w-full" pending={pending} type="submit">
        {pending ? 'Asking…' : 'Ask to join'}
      </Button>
    </form>
  )
}
