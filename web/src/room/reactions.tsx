import { useDesk } from './desk.ts'
import { toggleReaction } from './handle.ts'
import { reactors } from './reactors.ts'
import type { Message } from '../../sync/wire.ts'
import type { People } from './people.ts'

/** The reactions under a message. A press adds mine or takes it away. */
export function Reactions({
  message,
  me,
  people,
  reachable,
}: {
  message: Message
  me: string
  people: People
  reachable: boolean
}) {
  const desk = useDesk()
  const { reactions = [] } = message
  if (reactions.length === 0) return null
  return (
    <div aria-label="Reactions" className="flex flex-wrap gap-1 pt-1" role="group">
      {reactions.map((reaction) => {
        const own = reaction.people.includes(me)
        const who = reactors(reaction, me, people)
        return (
          <button
            aria-label={`${reaction.emoji} ${reaction.count}: ${who}`}
            aria-pressed={own}
            className={`flex h-7 min-w-11 items-center justify-center gap-1 rounded-full border px-2 text-sm tabular-nums touch:h-9 ${
              own
                ? 'border-petrol bg-petrol-soft font-semibold text-ink'
                : 'border-line bg-raised text-ink hover:border-line-strong'
            }`}
            key={reaction.emoji}
            onClick={() => toggleReaction(desk, message, reaction.emoji)}
            tabIndex={reachable ? 0 : -1}
            title={who}
            type="button"
          >
            <span className="text-base/none">{reaction.emoji}</span>
            {reaction.count}
          </button>
        )
      })}
    </div>
  )
}
