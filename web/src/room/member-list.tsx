import { useStore } from 'zustand'
import { Avatar } from '../ui/avatar.tsx'
import { Dialog } from '../ui/dialog.tsx'
import type { StoreApi } from 'zustand/vanilla'
import type { RoomView } from '../../sync/types.ts'

/** Everyone in the room; those who have it open come first. */
export function MemberList({ view, onClose }: { view: StoreApi<RoomView>; onClose: () => void }) {
  const members = useStore(view, (now) => now.members)
  const here = useStore(view, (now) => now.here)
  const me = useStore(view, (now) => now.me)
  const present = new Set(here)
  const sorted = members.toSorted(
    (a, b) => Number(present.has(b.person)) - Number(present.has(a.person)) || a.name.localeCompare(b.name),
  )
  return (
    <Dialog onClose={onClose} title={members.length === 1 ? '1 member' : `${members.length.toLocaleString()} members`}>
      <ul className="-mx-2 grid gap-1">
        {sorted.map((member) => (
          <li className="flex min-h-13 items-center gap-3 rounded-xl px-2" key={member.person}>
            <Avatar name={member.name} shape="person" size="medium" />
            <span className="min-w-0 flex-1 truncate font-medium">
              <bdi>{member.name}</bdi>
              {member.person === me && <span className="font-normal text-muted"> (you)</span>}
            </span>
            {member.role !== 'member' && <span className="text-sm text-muted capitalize">{member.role}</span>}
            <span
              className={`flex w-14 items-center gap-1.5 text-sm ${present.has(member.person) ? 'text-ink' : 'text-muted'}`}
            >
              <span
                aria-hidden="true"
                className={`size-2.5 rounded-full border-2 ${present.has(member.person) ? 'border-here bg-here' : 'border-line-strong'}`}
              />
              {present.has(member.person) ? 'Here' : 'Away'}
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
