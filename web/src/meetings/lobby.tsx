import { Button, Turning } from '../ui/button.tsx'
import { titleOf, type Facts } from './facts.ts'
import { Held } from './held.tsx'
import { OwnPicture } from './own-picture.tsx'
import { StagePage } from './stage-page.tsx'
import { waits, words } from './standing-words.ts'
import type { Standing } from '../../../protocol/meetings.ts'
import type { Devices } from './devices.ts'

/** Where someone stands who is not let in, or not yet: with their picture while they wait. */
export function Lobby({
  facts,
  name,
  standing,
  lost,
  devices,
  onRetry,
  onLeave,
}: {
  facts: Facts
  name: string
  standing: Exclude<Standing, 'admitted'>
  /** The connection is gone for the moment. */
  lost: boolean
  devices: Devices
  onRetry: () => void
  onLeave: () => void
}) {
  const [title, text] = words(standing, facts.host)
  const waiting = waits(standing)
  return (
    <StagePage picture={<OwnPicture devices={devices} name={name} video={facts.media === 'video'} />}>
      <div className="grid gap-2" role="status">
        <p className="text-sm font-medium text-muted wrap-anywhere">
          <bdi>{titleOf(facts)}</bdi>
        </p>
        <h1 className="flex items-center gap-3 text-2xl font-bold tracking-tight text-balance">
          {waiting && (
            <span className="text-petrol">
              <Turning />
            </span>
          )}
          {title}
        </h1>
        <p className="text-pretty text-muted">{text}</p>
        {waiting && lost && <p className="text-pretty text-danger">Connecting… You keep your place.</p>}
      </div>
      {standing === 'early' && facts.schedule !== null && <Held schedule={facts.schedule} />}
      <div className="flex flex-wrap gap-2">
        {(standing === 'locked' || standing === 'full') && (
          <Button className="min-h-11" onClick={onRetry}>
            Try again
          </Button>
        )}
        <Button className="min-h-11" look="quiet" onClick={onLeave}>
          {waiting ? 'Leave' : 'Close'}
        </Button>
      </div>
    </StagePage>
  )
}
