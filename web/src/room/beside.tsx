import { lazy, Suspense, useCallback } from 'react'
import { persistently } from '../persistently.ts'
import { useDesk, type Beside as What } from './desk.ts'
import { InfoPanel } from './info-panel.tsx'
import { PeoplePanel } from './people-panel.tsx'
import { PinsPanel } from './pins-panel.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { ThreadPanel } from './thread-panel.tsx'

// What is behind the room's settings comes when it is asked for.
const Behind = lazy(async () => ({ default: (await persistently(() => import('./behind.tsx'))).Behind }))

/** What stands beside the room. */
export function Beside({ beside }: { beside: What }) {
  const desk = useDesk()
  const close = useCallback(() => desk.beside(null), [desk])
  switch (beside.kind) {
    case 'thread':
      return <ThreadPanel key={beside.root} onClose={close} root={beside.root} />
    case 'pins':
      return <PinsPanel onClose={close} />
    case 'people':
      return <PeoplePanel onClose={close} />
    case 'settings':
      return <SettingsPanel onClose={close} />
    case 'entry':
    case 'links':
    case 'requests':
    case 'bans':
    case 'audit':
    case 'media':
      return (
        <Suspense>
          <Behind kind={beside.kind} onClose={close} />
        </Suspense>
      )
    case 'info':
      return <InfoPanel key={beside.seq} onClose={close} seq={beside.seq} />
  }
}
