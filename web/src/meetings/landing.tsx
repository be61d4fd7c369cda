import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { Card } from '../auth/card.tsx'
import { focusFirstError } from '../auth/focus-first-error.ts'
import { withNext } from '../next-path.ts'
import { fieldError, type Failure } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import { why } from '../why.ts'
import { limits } from '../../../protocol/limits.ts'
import { Answer } from './answer.tsx'
import { titleOf, type Facts } from './facts.ts'
import { Glyph } from './glyph.tsx'
import { Held } from './held.tsx'

/** What someone who comes by a link says of themself. */
export interface Said {
  name: string
  passcode: string
}

/** Where a meeting's link leads: who invites, to what and when. Nothing of who is there. */
export function Landing({
  facts,
  me,
  said,
  failure,
  onGoOn,
}: {
  facts: Facts
  /** The name of whoever is signed in. */
  me: string | null
  said: Said
  /** Why it did not go on with what was said before. */
  failure: Failure | null
  onGoOn: (said: Said) => void
}) {
  const [name, setName] = useState(said.name)
  const [passcode, setPasscode] = useState(said.passcode)
  const [wrong, setWrong] = useState<{ name?: string; passcode?: string }>({})
  const here = `/m/${facts.code ?? ''}`
  const guest = me === null
  const closed = facts.me === 'sign_in' || facts.me === 'not_a_member'
  const aboutPasscode = failure?.kind === 'wrong_passcode' || failure?.kind === 'passcode_needed'
  const nameError = wrong.name ?? fieldError(failure, 'name')
  const passcodeError = wrong.passcode ?? (aboutPasscode && failure ? why(failure) : undefined)

  const form = useRef<HTMLFormElement>(null)
  useEffect(() => focusFirstError(form.current), [wrong, failure])

  function goOn() {
    const missing = {
      ...(guest && name.trim() === '' && { name: 'Say how the others shall see you.' }),
      ...(facts.passcode && passcode.trim() === '' && { passcode: 'This link asks for a passcode.' }),
    }
    setWrong(missing)
    if (Object.keys(missing).length === 0) onGoOn({ name: name.trim(), passcode: passcode.trim() })
  }

  return (
    <Card
      foot={guest ? 'You see and hear the others after you have joined.' : <As name={me} />}
      lead={
        facts.host === null ? (
          'You are invited to this meeting.'
        ) : (
          <>
            <bdi className="font-semibold text-ink">{facts.host}</bdi> invites you to this meeting.
          </>
        )
      }
      title="You are invited"
    >
      <div className="flex items-start gap-4 rounded-xl border border-line bg-raised p-4">
        <span className="grid size-12 flex-none place-items-center rounded-2xl bg-petrol-soft text-petrol">
          <Glyph name={facts.media === 'video' ? 'camera' : 'microphone'} size={26} />
        </span>
        <div className="grid min-w-0 gap-1">
          <h2 className="text-lg font-semibold tracking-tight wrap-anywhere">
            <bdi>{titleOf(facts)}</bdi>
          </h2>
          {facts.schedule !== null ? (
            <Held schedule={facts.schedule} />
          ) : (
            <p className="text-muted">{facts.status === 'live' ? 'It is going on now.' : 'It has not begun yet.'}</p>
          )}
        </div>
      </div>
      {facts.invitation !== null && <Answer answer={facts.invitation} code={facts.code} meeting={facts.id} />}
      {facts.me === 'not_a_member' ? (
        <>
          <p className="text-pretty text-muted" role="status">
            This link is for members of the meeting’s room, and you are not one of them. Ask{' '}
            {facts.host ?? 'whoever sent it'} to invite you.
          </p>
          <Link className={quiet} href="/">
            To your rooms
          </Link>
        </>
      ) : (
        <form
          className="grid grid-cols-[minmax(0,1fr)] gap-4"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            goOn()
          }}
          ref={form}
        >
          {failure !== null && !aboutPasscode && failure.errors.length === 0 && <Alert>{why(failure)}</Alert>}
          {guest && !closed && (
            <Field
              autoComplete="name"
              dir="auto"
              error={nameError}
              label="Your name"
              maxLength={limits.guestName}
              name="name"
              onChange={(event) => setName(event.target.value)}
              value={name}
            />
          )}
          {facts.passcode && !closed && (
            <Field
              autoComplete="off"
              error={passcodeError}
              label="Passcode"
              name="passcode"
              onChange={(event) => setPasscode(event.target.value)}
              type="password"
              value={passcode}
            />
          )}
          {closed ? (
            <>
              <p className="text-pretty text-muted">
                {facts.entry === 'members'
                  ? 'This meeting is for members of its room: sign in to join it.'
                  : 'This meeting is for people with an account: sign in to join it.'}
              </p>
              <Link className={primary} href={withNext('/sign-in', here)}>
                Sign in
              </Link>
              <Link className={quiet} href={withNext('/sign-up', here)}>
                Make an account
              </Link>
            </>
          ) : (
            <Button className="min-h-11" type="submit">
              Continue
            </Button>
          )}
          {guest && !closed && (
            <p className="text-center text-muted">
              Or{' '}
              <Link className="font-medium text-petrol underline underline-offset-3" href={withNext('/sign-in', here)}>
                sign in instead
              </Link>
            </p>
          )}
        </form>
      )}
    </Card>
  )
}

const primary =
  'inline-flex min-h-11 items-center justify-center rounded-lg bg-petrol px-4 font-semibold text-on-petrol hover:bg-petrol-strong'
const quiet =
  'inline-flex min-h-11 items-center justify-center rounded-lg border border-line px-4 font-medium hover:bg-sunken'

function As({ name }: { name: string }) {
  return (
    <>
      You join as <bdi className="font-semibold text-ink">{name}</bdi>.
    </>
  )
}
