import type { Tick } from '../../sync/types.ts'

/** What a tick says in words. */
export const tickWords: Record<Tick | 'sending', string> = {
  sending: 'Sending',
  stored: 'Sent',
  delivered: 'Delivered to everyone',
  read: 'Read by everyone',
}

/** How far an own message has come: clock, one check, two checks, two checks on a filled ground. */
export function Ticks({ tick }: { tick: Tick | 'sending' }) {
  return (
    <svg
      aria-label={tickWords[tick]}
      className={`inline-block flex-none ${tick === 'sending' ? 'after-a-moment' : ''}`}
      data-tick={tick}
      fill="none"
      height="14"
      role="img"
      stroke="currentColor"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth="1.6"
      viewBox="0 0 22 14"
      width="22"
    >
      <title>{tickWords[tick]}</title>
      {tick === 'sending' && <path d="M14.5 2a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM14.5 4.3V7l1.8 1.2" />}
      {tick === 'stored' && <path d="M9 7.5l3 3 6-7" />}
      {tick === 'delivered' && <path d="M4.5 7.5l3 3 6-7M11.5 10.5l6.5-7" />}
      {tick === 'read' && (
        <>
          <rect fill="var(--petrol)" height="14" rx="7" stroke="none" width="22" />
          <path d="M4.5 7.3l2.7 2.7 5-6M11.2 10l5.8-6" stroke="var(--on-petrol)" />
        </>
      )}
    </svg>
  )
}
