import { AuditPanel } from './audit-panel.tsx'
import { BansPanel } from './bans-panel.tsx'
import { EntryPanel } from './entry-panel.tsx'
import { LinksPanel } from './links-panel.tsx'
import { MediaPanel } from './media-panel.tsx'
import { RequestsPanel } from './requests-panel.tsx'
import type { Beside } from './desk.ts'

/** What is behind a room's settings: how people come in, who asks to and who may not, and what happened. */
export function Behind({
  kind,
  onClose,
}: {
  kind: Extract<Beside['kind'], 'entry' | 'links' | 'requests' | 'bans' | 'audit' | 'media'>
  onClose: () => void
}) {
  switch (kind) {
    case 'entry':
      return <EntryPanel onClose={onClose} />
    case 'links':
      return <LinksPanel onClose={onClose} />
    case 'requests':
      return <RequestsPanel onClose={onClose} />
    case 'bans':
      return <BansPanel onClose={onClose} />
    case 'audit':
      return <AuditPanel onClose={onClose} />
    case 'media':
      return <MediaPanel onClose={onClose} />
  }
}
