import { useEffect } from 'react'
import { Button, Turning } from '../ui/button.tsx'
import { titleOf, type Facts } from './facts.ts'
import { Held } from './held.tsx'
import { OwnPicture } from './own-picture.tsx'
import { StagePage } from './stage-page.tsx'
import { words, type Outside } from './standing-words.ts'
import type { Devices } from './devices.ts'

/** Who waits to be let in, with their picture. */
export function Lobby({
  facts,
  name,
  standing,
  lost,
  devices,
  onLeave,
}: {
  facts: Facts
  name: string
  standing: Outside
  /** The connection is gone for the moment. */
  lost: boolean
  devices: Devices
  onLeave: () => void
}) {
  const [title, text] = words(standing, facts.host)
  // Who knocks again has let go of them.
  useEffect(() => devices.start(), [devices])
  return (
    <StagePage picture={<OwnPicture devices={devices} name={name} video={facts.media === 'video'} />}>
      <div className="grid gap-2" role="status">
        <p className="text-sm font-medium text-muted wrap-anywhere">
          <bdi>{titleOf(facts)}</bdi>
        </p>
        <h1 className="flex items-center gap-3 text-2xl font-bold tracking-tight text-balance">
          <span className="text-petrol">
            <Turning />
          </span>
          {title}
        </h1>
        <p className="text-pretty text-muted">{text}</p>
        {lost && <p className="text-pretty text-danger">Connecting… You keep your place.</p>}
      </div>
      {standing === 'early' && facts.schedule !== null && <Held schedule={facts.schedule} />}
      <div className="flex flex-wrap gap-2">
        <Button className="min-h-11" look="quiet" onClick={onLeave}>
          Leave
        </Button>
      </div>
    </StagePage>
  )
}
