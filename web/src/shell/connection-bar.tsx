import { usePassed } from '../clock.ts'
import type { Connection } from '../../sync/types.ts'

/** Says what stands between the page and the room: nothing for the first 2 s, then one thin line, said once. */
export function ConnectionBar({ connection }: { connection: Connection }) {
  // Keyed by the trouble, so that a new one starts its own 2 s.
  return (
    <div role="status">
      {connection.state === 'live' ? null : (
        <Bar key={connection.state === 'offline' ? 'offline' : 'online'} connection={connection} />
      )}
    </div>
  )
}

function Bar({ connection }: { connection: Connection }) {
  const late = usePassed(connection.since, 2_000)
  if (!late) return null
  const offline = connection.state === 'offline'
  return (
    <p
      className={`flex min-h-7 items-center justify-center gap-2 px-3 py-1 text-center text-sm ${
        offline ? 'bg-signal text-on-signal' : 'bg-petrol-soft text-ink'
      }`}
    >
      {offline
        ? 'Offline: messages will be sent later'
        : connection.state === 'catching_up'
          ? 'Catching up…'
          : 'Connecting…'}
    </p>
  )
}
