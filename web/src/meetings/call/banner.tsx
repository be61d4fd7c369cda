import { Button, Turning } from '../../ui/button.tsx'
import { why } from '../../why.ts'
import type { Connection } from '../../../sync/types.ts'
import type { Media, MediaState } from './media.ts'

/** What stands between someone and the meeting, and what concerns everyone in it. */
export function CallBanner({
  state,
  connection,
  silent,
  listens,
  locked,
  recording,
  media,
}: {
  state: MediaState
  connection: Connection
  silent: boolean
  /** A host lets them hear and see alone. */
  listens: boolean
  locked: boolean
  recording: { status: 'starting' | 'active'; by: string | null } | null
  media: Media
}) {
  return (
    <div className="flex-none text-sm" role="status">
      {recording !== null && (
        <p className="bg-danger-soft px-3 py-1 text-center font-medium text-danger">
          {recording.by === null ? (
            'This meeting is being recorded.'
          ) : (
            <>
              <bdi>{recording.by}</bdi> is recording this meeting.
            </>
          )}
        </p>
      )}
      {locked && <p className="bg-petrol-soft px-3 py-1 text-center">The meeting is locked.</p>}
      {state.state !== 'live' && (
        <div className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 bg-signal px-3 py-1.5 text-center text-on-signal">
          <Words media={media} state={state} />
        </div>
      )}
      {state.state === 'live' && connection.state === 'offline' && (
        <p className="bg-petrol-soft px-3 py-1 text-center">Connecting to the meeting… Sound and picture go on.</p>
      )}
      {listens && state.state === 'live' && (
        <p className="bg-petrol-soft px-3 py-1 text-center">
          You hear and see the others here. To speak, raise your hand: a host can let you.
        </p>
      )}
      {silent && state.state === 'live' && (
        <div className="flex justify-center bg-petrol-soft px-3 py-1.5">
          <Button onClick={media.playSound}>Click to enable sound</Button>
        </div>
      )}
    </div>
  )
}

function Words({ state, media }: { state: Exclude<MediaState, { state: 'live' }>; media: Media }) {
  switch (state.state) {
    case 'connecting':
      return (
        <span className="flex items-center gap-2">
          <Turning /> Connecting sound and picture…
        </span>
      )
    case 'reconnecting':
      return (
        <span className="flex items-center gap-2">
          <Turning /> Connection lost. Reconnecting…
        </span>
      )
    case 'away':
      return (
        <>
          <span className="text-pretty">No sound and picture for now. {why(state.failure)}</span>
          <HurryButton media={media}>Try again</HurryButton>
        </>
      )
    case 'elsewhere':
      return (
        <>
          <span className="text-pretty">You joined in another tab of this browser.</span>
          <HurryButton media={media}>Be here instead</HurryButton>
        </>
      )
  }
}

function HurryButton({ media, children }: { media: Media; children: string }) {
  return (
    <button
      className="min-h-6 font-semibold underline underline-offset-3 touch:min-h-11"
      onClick={media.hurry}
      type="button"
    >
      {children}
    </button>
  )
}
