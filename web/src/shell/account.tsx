import { useState } from 'react'
import { useStore } from 'zustand'
import { outcome, sentence } from '../outcome.ts'
import { chooseTheme, theme } from '../theme.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { Alert } from '../ui/notice.tsx'
import type { Failure } from '../outcome.ts'
import type { Client } from '../../sync/client.ts'
import type { Theme } from '../theme.ts'

const themes: [value: Theme, label: string][] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

/** Who I am here, how the page looks, and the way out. */
export function Account({ client, onClose }: { client: Client; onClose: () => void }) {
  const person = client.me
  const chosen = useStore(theme, (now) => now.theme)
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)

  async function out() {
    setPending(true)
    const answer = await outcome(client.signOut())
    setPending(false)
    if (!answer.ok) setFailure(answer.failure)
  }

  return (
    <Dialog onClose={onClose} title="You">
      <div className="grid gap-6">
        <div className="flex items-center gap-4">
          <Avatar name={person.name} shape="person" size="huge" />
          <div className="min-w-0">
            <p className="truncate text-lg font-semibold tracking-tight">
              <bdi>{person.name}</bdi>
            </p>
            <p className="truncate text-muted">
              <bdi>{person.email}</bdi>
            </p>
          </div>
        </div>
        <fieldset className="grid gap-2">
          <legend className="mb-2 text-sm font-medium">Theme</legend>
          <div className="grid grid-cols-3 gap-1 rounded-xl bg-sunken p-1">
            {themes.map(([value, label]) => (
              <label
                className="grid min-h-9 cursor-pointer place-items-center rounded-lg px-2 text-center text-sm text-muted has-checked:bg-raised has-checked:font-semibold has-checked:text-ink has-checked:shadow-lift has-focus-visible:outline-2 has-focus-visible:outline-petrol touch:min-h-11"
                key={value}
              >
                <input
                  checked={chosen === value}
                  className="sr-only"
                  name="theme"
                  onChange={() => chooseTheme(value)}
                  type="radio"
                  value={value}
                />
                {label}
              </label>
            ))}
          </div>
        </fieldset>
        {failure !== null && <Alert>{sentence(failure)}</Alert>}
        <Button look="quiet" onClick={() => void out()} pending={pending}>
          <Icon mirrored name="leave" size={18} />
          {pending ? 'Signing out…' : 'Sign out'}
        </Button>
      </div>
    </Dialog>
  )
}
