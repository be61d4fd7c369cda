import { useCallback, useState } from 'react'
import {
  inviteToMeeting,
  listInvitations,
  withdrawInvitation,
  type Invitation,
} from '../../../../protocol/endpoints/meeting-ways.ts'
import { gate } from '../../gate.ts'
import { outcome, sentence } from '../../outcome.ts'
import { useContacts } from '../../people/contacts.ts'
import { PeoplePicker, type Person } from '../../people/people-picker.tsx'
import { useForm } from '../../use-form.ts'
import { Button } from '../../ui/button.tsx'
import { Alert } from '../../ui/notice.tsx'
import { PagedList } from '../../ui/paged-list.tsx'
import { TextArea } from '../../ui/text-area.tsx'
import { usePaged } from '../../ui/use-paged.ts'
import { why } from '../../why.ts'
import { addressesIn } from './addresses.ts'
import type { Meeting } from '../../../../protocol/meetings.ts'
import type { Client } from '../../../sync/client.ts'

const answers: Record<Invitation['answer'], string> = {
  pending: 'Has not answered',
  accepted: 'Comes',
  declined: 'Does not come',
  tentative: 'May come',
  withdrawn: 'Withdrawn',
  expired: 'Expired',
}

/** Invites people and addresses, and shows who is invited and what they answered. */
export function Invite({ client, meeting }: { client: Client; meeting: Pick<Meeting, 'id'> }) {
  const { id } = meeting
  const form = useForm()
  const known = useContacts(client.inbox)
  const [people, setPeople] = useState<readonly Person[]>([])
  const [text, setText] = useState('')
  const [message, setMessage] = useState('')
  const [failure, setFailure] = useState<string | null>(null)
  const load = useCallback(
    (cursor: string | undefined) => gate.api.call(listInvitations, { params: { meeting: id }, query: { cursor } }),
    [id],
  )
  const invitations = usePaged<Invitation>(load)

  async function send() {
    const { emails, wrong } = addressesIn(text)
    const errors = {
      ...(wrong.length > 0 && { emails: `This is no e-mail address: ${wrong.join(', ')}` }),
      ...(emails.length > 20 && { emails: 'Twenty addresses at once.' }),
      ...(people.length + emails.length === 0 &&
        wrong.length === 0 && { emails: 'Choose someone, or write an address.' }),
    }
    const sent = await form.send(errors, () =>
      gate.api.call(inviteToMeeting, {
        params: { meeting: id },
        body: { people: people.map((person) => person.id), emails, message: message.trim() },
      }),
    )
    if (sent === null) return
    setPeople([])
    setText('')
    setMessage('')
    invitations.reload()
  }

  async function withdraw(invitation: string) {
    setFailure(null)
    const answer = await outcome(gate.api.call(withdrawInvitation, { params: { meeting: id, invitation } }))
    if (!answer.ok) return setFailure(sentence(answer.failure))
    invitations.reload()
  }

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <form
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
        ref={form.ref}
      >
        {form.failure !== null && <Alert>{why(form.failure)}</Alert>}
        <PeoplePicker
          chosen={people}
          known={known}
          label="People"
          onDrop={(gone) => setPeople((before) => before.filter((one) => one.id !== gone.id))}
          onPick={(person) => setPeople((before) => [...before, person])}
          without={(person) => person === client.me.id}
        />
        <TextArea
          autoCapitalize="off"
          error={form.errorOf('emails')}
          hint="They get a mail with a link of their own, and the meeting for their calendar."
          label="E-mail addresses"
          onChange={(event) => setText(event.target.value)}
          spellCheck={false}
          value={text}
        />
        <TextArea
          label="A word to them"
          maxLength={500}
          onChange={(event) => setMessage(event.target.value)}
          value={message}
        />
        <Button pending={form.pending} type="submit">
          {form.pending ? 'Inviting…' : 'Invite'}
        </Button>
      </form>
      {failure !== null && <Alert>{failure}</Alert>}
      <PagedList empty="Nobody is invited yet." label="Who is invited" paged={invitations}>
        {(invitation) => (
          <li className="flex items-center gap-3 border-t border-line py-2" key={invitation.id}>
            <span className="grid min-w-0 flex-1">
              <bdi className="truncate">{invitation.person?.name ?? invitation.email ?? 'By mail'}</bdi>
              <span className="text-sm text-muted">{answers[invitation.answer]}</span>
            </span>
            {invitation.answer !== 'withdrawn' && invitation.answer !== 'expired' && (
              <Button look="danger" onClick={() => void withdraw(invitation.id)}>
                Withdraw
                <span className="sr-only">
                  {' '}
                  the invitation of {invitation.person?.name ?? invitation.email ?? 'an address'}
                </span>
              </Button>
            )}
          </li>
        )}
      </PagedList>
    </div>
  )
}
