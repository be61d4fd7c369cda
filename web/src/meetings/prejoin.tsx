import { lazy, Suspense, useEffect } from 'react'
import { useStore } from 'zustand'
import { persistently } from '../persistently.ts'
import { Button } from '../ui/button.tsx'
import { Alert } from '../ui/notice.tsx'
import { why } from '../why.ts'
import { titleOf, type Facts } from './facts.ts'
import { Held } from './held.tsx'
import { OwnPicture } from './own-picture.tsx'
import { StagePage } from './stage-page.tsx'
import type { Failure } from '../outcome.ts'
import type { Devices } from './devices.ts'

const Answer = lazy(async () => ({ default: (await persistently(() => import('./answer.tsx'))).Answer }))

// One can join before it is there.
const Pickers = lazy(async () => ({ default: (await persistently(() => import('./pickers.tsx'))).Pickers }))

/** Before one comes in: how one looks and sounds, and one button. */
export function Prejoin({
  facts,
  name,
  devices,
  pending,
  failure,
  onJoin,
  onBack,
}: {
  facts: Facts
  name: string
  devices: Devices
  pending: boolean
  failure: Failure | null
  onJoin: () => void
  /** To what was said on the page before; null: there was none. */
  onBack: (() => void) | null
}) {
  const video = facts.media === 'video'
  const { camera, microphone } = useStore(devices.view)
  useEffect(() => devices.start(), [devices])
  return (
    <StagePage picture={<OwnPicture devices={devices} name={name} video={video} />}>
      <div className="grid gap-1.5">
        <h1 className="text-2xl font-bold tracking-tight text-balance wrap-anywhere">
          <bdi>{titleOf(facts)}</bdi>
        </h1>
        {facts.schedule !== null && <Held schedule={facts.schedule} />}
        <p className="text-muted" role="status">
          {facts.status === 'live' ? 'It is going on now.' : facts.host === null ? '' : `Hosted by ${facts.host}.`}
        </p>
      </div>
      <Suspense>
        {facts.invitation !== null && facts.code === null && <Answer answer={facts.invitation} meeting={facts.id} />}
      </Suspense>
      {failure !== null && <Alert>{why(failure)}</Alert>}
      <div className="grid gap-2">
        <Button className="min-h-12" onClick={onJoin} pending={pending}>
          {pending ? 'Joining…' : joinWords(video, camera.state === 'on', microphone.state === 'on')}
        </Button>
        <p className="text-sm text-muted">
          You join as <bdi className="font-semibold text-ink">{name}</bdi>.{' '}
          {onBack !== null && (
            <button
              className="min-h-6 font-medium text-petrol underline underline-offset-3"
              onClick={onBack}
              type="button"
            >
              Change
            </button>
          )}
        </p>
      </div>
      <Suspense>
        <Pickers devices={devices} video={video} />
      </Suspense>
    </StagePage>
  )
}

function joinWords(video: boolean, camera: boolean, microphone: boolean): string {
  if (!microphone) return video && camera ? 'Join muted' : 'Join to listen'
  return video && !camera ? 'Join without camera' : 'Join'
}
