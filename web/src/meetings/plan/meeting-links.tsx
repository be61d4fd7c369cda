import { useCallback, useState } from 'react'
import {
  createMeetingLink,
  listMeetingLinks,
  revokeMeetingLink,
  type MeetingLink,
} from '../../../../protocol/endpoints/meeting-ways.ts'
import { limits } from '../../../../protocol/limits.ts'
import { gate } from '../../gate.ts'
import { lifetimes } from '../../links/lifetimes.ts'
import { MadeLink } from '../../links/made-link.tsx'
import { outcome, sentence } from '../../outcome.ts'
import { shortTime } from '../../times.ts'
import { useForm } from '../../use-form.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choices.tsx'
import { Field } from '../../ui/field.tsx'
import { Alert } from '../../ui/notice.tsx'
import { PagedList } from '../../ui/paged-list.tsx'
import { usePaged } from '../../ui/use-paged.ts'
import { why } from '../../why.ts'
import { titleOf } from '../facts.ts'
import type { Entry, Meeting } from '../../../../protocol/meetings.ts'

const entries: Record<Entry, string> = {
  anyone: 'Anyone, with a name',
  signed_in: 'People with an account',
  members: 'Members of the room',
}

/** Makes links that lead into a meeting, and withdraws them. */
export function MeetingLinks({ meeting }: { meeting: Pick<Meeting, 'id' | 'title'> }) {
  const { id } = meeting
  const form = useForm()
  const [entry, setEntry] = useState<Entry>('anyone')
  const [seconds, setSeconds] = useState<number | null>(30 * 86_400)
  const [passcode, setPasscode] = useState('')
  const [made, setMade] = useState<{ url: string; code: string; id: string; expiresAt: number | null } | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const load = useCallback(
    async () => ({ ...(await gate.api.call(listMeetingLinks, { params: { meeting: id } })), next: null }),
    [id],
  )
  const links = usePaged<MeetingLink>(load)

  async function make() {
    const word = passcode.trim()
    const short = word !== '' && word.length < limits.passcodeMin
    const answer = await form.send(short ? { passcode: `At least ${limits.passcodeMin} characters.` } : {}, () =>
      gate.api.call(createMeetingLink, {
        params: { meeting: id },
        body: { entry, expiresInSeconds: seconds, ...(word !== '' && { passcode: word }) },
      }),
    )
    if (answer === null) return
    setMade(answer.value)
    links.reload()
  }

  async function withdraw(link: string) {
    setFailure(null)
    const answer = await outcome(gate.api.call(revokeMeetingLink, { params: { meeting: id, link } }))
    if (!answer.ok) return setFailure(sentence(answer.failure))
    if (made?.id === link) setMade(null)
    links.reload()
  }

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      {made !== null ? (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <MadeLink link={made} name={titleOf(meeting)} uses={null} />
          <Button className="justify-self-start" look="link" onClick={() => setMade(null)}>
            Make another link
          </Button>
        </div>
      ) : (
        <form
          className="grid grid-cols-[minmax(0,1fr)] gap-4"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            void make()
          }}
          ref={form.ref}
        >
          {form.failure !== null && <Alert>{why(form.failure)}</Alert>}
          <Choice label="Who may come by it" onChange={(value) => setEntry(value as Entry)} value={entry}>
            {Object.entries(entries).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Choice>
          <Choice
            label="It works for"
            onChange={(value) => setSeconds(value === 'null' ? null : Number(value))}
            value={String(seconds)}
          >
            {lifetimes.map(([words, value]) => (
              <option key={words} value={String(value)}>
                {words}
              </option>
            ))}
          </Choice>
          <Field
            autoComplete="off"
            error={form.errorOf('passcode')}
            hint="Whoever comes has to know it. Empty: none."
            label="Passcode"
            onChange={(event) => setPasscode(event.target.value)}
            value={passcode}
          />
          <Button pending={form.pending} type="submit">
            Make a link
          </Button>
        </form>
      )}
      {failure !== null && <Alert>{failure}</Alert>}
      <PagedList empty="There is no link yet." label="Links of the meeting" paged={links}>
        {(link) => (
          <li className="flex items-center gap-3 border-t border-line py-2" key={link.id}>
            <span className="grid min-w-0 flex-1">
              <span className="truncate">
                {entries[link.entry]}
                {link.passcode && ', with a passcode'}
              </span>
              <span className="text-sm text-muted">
                {link.over === null
                  ? link.expiresAt === null
                    ? 'Until it is withdrawn'
                    : `Until ${shortTime(link.expiresAt)}`
                  : 'It opens nothing any more'}
                {link.uses > 0 && `, used ${link.uses === 1 ? 'once' : `${link.uses} times`}`}
              </span>
            </span>
            {link.over === null && (
              <Button look="danger" onClick={() => void withdraw(link.id)}>
                Withdraw
              </Button>
            )}
          </li>
        )}
      </PagedList>
    </div>
  )
}
