import { sentence } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { Alert } from '../ui/notice.tsx'
import { Choice, Switch } from '../ui/choices.tsx'
import { useSettings } from './use-settings.ts'
import type { Audience, Settings } from '../../../protocol/inbox.ts'
import type { Inbox } from '../../sync/inbox/types.ts'
import type { Page } from './you.tsx'

type Shown = 'lastSeen' | 'photo' | 'about' | 'groupAdd'

const rows: [key: Shown, label: string, hint?: string][] = [
  ['lastSeen', 'When you are here, and were last', 'Who shows it to nobody sees nobody’s.'],
  ['photo', 'Your photo'],
  ['about', 'What you say about yourself'],
  ['groupAdd', 'Who may add you to groups', 'Everyone else can send you a link.'],
]

const words: [audience: Audience, words: string][] = [
  ['everyone', 'Everyone'],
  ['contacts', 'People you have written with'],
  ['nobody', 'Nobody'],
]

/** What others see of me. It is held on the server. */
export function PrivacyPage({ inbox, onPage }: { inbox: Inbox; onPage: (page: Page) => void }) {
  const { settings, change, failure } = useSettings(inbox)
  if (settings === null) {
    return <p className="text-muted">Your settings are not here yet. They come with the connection.</p>
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      {rows.map(([key, label, hint]) => (
        <Choice
          key={key}
          label={label}
          onChange={(audience) => void change({ [key]: audience as Audience } satisfies Partial<Settings>)}
          value={settings[key]}
          {...(hint === undefined ? {} : { hint })}
        >
          {words.map(([audience, its]) => (
            <option key={audience} value={audience}>
              {its}
            </option>
          ))}
        </Choice>
      ))}
      <Switch
        hint="In conversations of two. If you hide it, you do not see it of others either."
        label="Show that you have read"
        on={settings.readReceipts}
        onChange={(readReceipts) => void change({ readReceipts })}
      />
      <Button className="justify-self-start" look="link" onClick={() => onPage('blocked')}>
        Blocked people
      </Button>
    </div>
  )
}
