import type { Presence } from '../../../protocol/inbox.ts'

/**
 * How someone is, as a shape at the corner of their face: a disc, a crescent, a disc with a bar, a ring. Nothing is told by
 *  its colour alone. Decoration: the words stand beside the name.
 */
export function PresenceDot({ state }: { state: Presence['state'] | undefined }) {
  if (state === undefined || state === 'hidden') return null
  return (
    <svg
      aria-hidden="true"
      className="absolute -end-0.5 -bottom-0.5"
      data-presence={state}
      height="14"
      viewBox="0 0 14 14"
      width="14"
    >
      <circle cx="7" cy="7" fill="var(--surface)" r="7" />
      {state === 'online' && <circle cx="7" cy="7" fill="var(--here)" r="4.5" />}
      {state === 'away' && <path d="M8.6 2.8a4.5 4.5 0 1 0 2.7 6.2 3.8 3.8 0 0 1-2.7-6.2z" fill="var(--away)" />}
      {state === 'busy' && (
        <>
          <circle cx="7" cy="7" fill="var(--danger)" r="4.5" />
          <path d="M4.6 7h4.8" stroke="var(--surface)" strokeWidth="1.8" />
        </>
      )}
      {state === 'offline' && (
        <circle cx="7" cy="7" fill="none" r="3.6" stroke="var(--line-strong)" strokeWidth="1.8" />
      )}
    </svg>
  )
}
