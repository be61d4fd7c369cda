import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { Avatar } from '../ui/avatar.tsx'
import { Turning } from '../ui/button.tsx'
import { Glyph } from './glyph.tsx'
import { Meter } from './meter.tsx'
import type { Devices, Kind, Source } from './devices.ts'

/** Oneself as in a mirror, with the switches of microphone and camera. */
export function OwnPicture({ devices, name, video }: { devices: Devices; name: string; video: boolean }) {
  const { microphone, camera } = useStore(devices.view)
  return (
    <section aria-label="You, as the others will see you" className="grid gap-3">
      <div className="relative grid aspect-video w-full place-items-center overflow-hidden rounded-2xl bg-sunken">
        {camera.state === 'on' && video ? (
          <Mirror track={camera.track} />
        ) : camera.state === 'asking' && video ? (
          <p className="flex items-center gap-2 text-muted" role="status">
            <Turning /> Starting the camera…
          </p>
        ) : (
          <div className="grid justify-items-center gap-2 text-center max-sm:pb-12">
            <Avatar name={name === '' ? '?' : name} shape="person" size="huge" />
            <p className="text-sm text-muted max-sm:sr-only">Your camera is off</p>
          </div>
        )}
        <div className="absolute inset-x-0 bottom-3 flex justify-center gap-3">
          <Toggle devices={devices} kind="microphone" source={microphone} />
          {video && <Toggle devices={devices} kind="camera" source={camera} />}
        </div>
      </div>
      {microphone.state === 'on' ? (
        <Meter track={microphone.track} />
      ) : (
        <p className="text-sm text-muted">
          {microphone.state === 'asking' ? 'Starting the microphone…' : 'You join muted.'}
        </p>
      )}
    </section>
  )
}

function Toggle({ devices, kind, source }: { devices: Devices; kind: Kind; source: Source }) {
  const on = source.state === 'on' || source.state === 'asking'
  const icon = kind === 'microphone' ? (on ? 'microphone' : 'muted') : on ? 'camera' : 'dark'
  return (
    <button
      aria-label={kind === 'microphone' ? 'Microphone' : 'Camera'}
      aria-pressed={on}
      className={`grid size-12 place-items-center rounded-full shadow-float ${
        on ? 'bg-raised text-ink hover:bg-sunken' : 'bg-danger text-on-danger hover:brightness-90'
      }`}
      onClick={() => devices.turn(kind, !on)}
      title={`Turn your ${kind} ${on ? 'off' : 'on'}`}
      type="button"
    >
      <Glyph name={icon} />
    </button>
  )
}

function Mirror({ track }: { track: MediaStreamTrack }) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    const element = video.current!
    element.srcObject = new MediaStream([track])
    return () => {
      element.srcObject = null
    }
  }, [track])
  return (
    <video
      aria-label="Your camera"
      autoPlay
      className="absolute inset-0 size-full -scale-x-100 object-cover"
      muted
      playsInline
      ref={video}
    />
  )
}
