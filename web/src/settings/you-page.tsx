import { useState } from 'react'
import { useStore } from 'zustand'
import { outcome, sentence, type Failure } from '../outcome.ts'
import { chooseTheme, theme, type Theme } from '../theme.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Sign } from '../ui/sign.tsx'
import { Alert } from '../ui/notice.tsx'
import { ownState } from '../people/own-state.ts'
import { PresenceDot } from '../people/presence-dot.tsx'
import { Segments } from '../ui/choices.tsx'
import { statusWords } from '../people/presence-words.ts'
import { statusStands } from '../people/status-stands.ts'
import { signOut } from './sign-out.ts'
import { Way } from '../ui/way.tsx'
import type { OwnStatus } from '../../../protocol/inbox.ts'
import type { Client } from '../../sync/client.ts'
import type { Page } from './you.tsx'

const themes: readonly (readonly [value: Theme, label: string])[] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

const shows: readonly (readonly [value: OwnStatus['show'], label: string])[] = [
  ['available', 'Available'],
  ['busy', 'Do not disturb'],
  ['invisible', 'Invisible'],
]

const meanings: Record<OwnStatus['show'], string> = {
  available: 'Whoever may see it sees when you are here.',
  busy: 'Nothing rings or notifies you, and others see that.',
  invisible: 'Nobody sees whether you are here.',
}

/** Who I am here, how I show myself and how the page looks; the ways to the other pages, and out. */
export function YouPage({ client, onPage }: { client: Client; onPage: (page: Page) => void }) {
  const { me: person, inbox } = client
  const chosen = useStore(theme, (now) => now.theme)
  const status = useStore(inbox.view, (now) => now.status)
  const blocked = useStore(inbox.view, (now) => now.blocked.length)
  const online = useStore(inbox.view, (now) => now.connection.state === 'live')
  const custom = statusStands(status.custom, inbox.now())
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [asked, setAsked] = useState(false)

  async function out() {
    setPending(true)
    // What cannot be read cannot be sent later either.
    if (await client.hasUnsent().catch(() => false)) {
      setPending(false)
      return setAsked(true)
    }
    const answer = await outcome(signOut(client))
    setPending(false)
    if (!answer.ok) setFailure(answer.failure)
  }

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <div className="flex items-center gap-4">
        <span className="relative">
          <Avatar name={person.name} shape="person" size="huge" />
          <PresenceDot state={ownState(status, online)} />
        </span>
        <div className="min-w-0">
          <p className="truncate text-lg font-semibold tracking-tight">
            <bdi>{person.name}</bdi>
          </p>
          <p className="truncate text-muted">
            <bdi>{person.email}</bdi>
          </p>
        </div>
      </div>
      <div className="grid gap-2">
        <Segments
          choices={shows}
          chosen={status.show}
          legend="How you show yourself"
          name="show"
          onChoose={(show) => inbox.setStatus({ ...status, show })}
        />
        <p className="text-sm text-muted" role="status">
          {meanings[status.show]}
        </p>
      </div>
      <Segments choices={themes} chosen={chosen} legend="Theme" name="theme" onChoose={chooseTheme} />
      <ul className="-mx-2 grid grid-cols-[minmax(0,1fr)]">
        <Way
          icon="smile"
          onClick={() => onPage('status')}
          says={custom === null ? 'None' : statusWords(custom)}
          words="Status"
        />
        <Way icon="people" onClick={() => onPage('account')} words="Account" />
        <Way icon="bell" onClick={() => onPage('notifications')} words="Notifications" />
        <Way icon="lock" onClick={() => onPage('privacy')} words="Privacy" />
        <Way
          icon="block"
          onClick={() => onPage('blocked')}
          says={blocked === 0 ? 'Nobody' : blocked.toLocaleString()}
          words="Blocked people"
        />
        <Way icon="info" onClick={() => onPage('unread')} words="Unread looks wrong?" />
      </ul>
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      <Button look="quiet" onClick={() => void out()} pending={pending}>
        <Sign mirrored name="leave" size={18} />
        {pending ? 'Signing out…' : 'Sign out'}
      </Button>
      {asked && (
        <Confirm
          act={async () => {
            await signOut(client)
            return null
          }}
          doing="Signing out…"
          onClose={() => setAsked(false)}
          title="Sign out with messages unsent?"
          verb="Sign out"
        >
          Messages wait on this device to be sent. If you sign out now, they are deleted.
        </Confirm>
      )}
    </div>
  )
}
