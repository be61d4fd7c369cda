import { Confirm } from '../ui/confirm.tsx'
import { rememberBlocked } from './blocked-names.ts'
import type { Inbox } from '../../sync/inbox/types.ts'

/** Asks before someone is blocked. */
export function Block({
  inbox,
  person,
  name,
  onClose,
}: {
  inbox: Inbox
  person: string
  name: string
  onClose: () => void
}) {
  return (
    <Confirm
      act={async () => {
        await inbox.block(person, true)
        rememberBlocked(person, name)
        return null
      }}
      doing="Blocking…"
      onClose={onClose}
      title={`Block ${name}?`}
      verb="Block"
    >
      <bdi>{name}</bdi> cannot write to you alone, call you or add you any more, and neither of you sees when the other
      is here. In groups you both go on, and their messages are folded. They are not told. You can take it back in your
      settings.
    </Confirm>
  )
}
