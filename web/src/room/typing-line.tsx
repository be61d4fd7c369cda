import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { typists } from './typists.ts'
import type { StoreApi } from 'zustand/vanilla'
import type { Inbox } from '../../sync/inbox/types.ts'
import type { RoomView } from '../../sync/types.ts'

/** Who is writing. Always of the same height, and never read aloud. */
export function TypingLine({ view, inbox }: { view: StoreApi<RoomView>; inbox: Inbox }) {
  const blocked = useStore(inbox.view, (now) => now.blocked)
  const names = useStore(
    view,
    useShallow((now) =>
      now.typing
        .filter((person) => !blocked.includes(person))
        .map((person) => now.members.find((member) => member.person === person)?.name ?? 'Someone'),
    ),
  )
  const unseen = useStore(view, (now) => now.typing.length) - names.length
  const count = useStore(view, (now) => now.typists) - unseen
  const line = typists(names, count)
  return (
    <div aria-hidden="true" className="h-6 flex-none">
      <p className="mx-auto flex h-full w-full max-w-[56rem] items-center gap-2 truncate px-4 text-sm text-muted">
        {line !== '' && (
          <>
            <span className="flex gap-1">
              {[0, 1, 2].map((n) => (
                <span
                  className="breathing size-1.5 rounded-full bg-muted"
                  key={n}
                  style={{ animationDelay: `${n * 200}ms` }}
                />
              ))}
            </span>
            <bdi className="truncate">{line}</bdi>
          </>
        )}
      </p>
    </div>
  )
}
