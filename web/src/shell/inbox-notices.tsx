import { useStore } from 'zustand'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { refusalWords } from '../room/notice-text.ts'
import type { Inbox, InboxNotice } from '../../sync/inbox/types.ts'

const whats: Record<InboxNotice['kind'], string> = {
  set: 'The room was not changed',
  mark: 'The room was not marked',
  status: 'Your status was not changed',
  answer: 'The call could not be answered',
}

/** What the inbox refused for good, until it was read. */
export function InboxNotices({ inbox }: { inbox: Inbox }) {
  const notices = useStore(inbox.view, (now) => now.notices)
  return (
    <div className="pointer-events-none fixed inset-x-0 top-3 z-40 grid justify-items-center gap-2 px-3" role="alert">
      {notices.slice(-2).map((notice) => (
        <div
          className="toast pointer-events-auto flex min-h-11 w-fit max-w-full items-center gap-3 rounded-xl border border-danger bg-danger-soft py-1.5 ps-4 pe-1.5 text-danger shadow-float"
          key={notice.id}
        >
          <Icon name="alert" size={18} />
          <span className="min-w-0 flex-1 text-pretty">
            {whats[notice.kind]}: {refusalWords[notice.reason]}.
          </span>
          <IconButton className="text-danger!" label="Close this" onClick={() => inbox.dismiss(notice.id)}>
            <Icon name="close" size={16} />
          </IconButton>
        </div>
      ))}
    </div>
  )
}
