import { useState } from 'react'
import { useStore } from 'zustand'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/choices.tsx'
import { BlurSwitch } from './blur-switch.tsx'
import { helpFor } from './blocked-help.ts'
import { testSound } from './meter.tsx'
import type { Device, Devices, Kind } from './devices.ts'

/** Which microphone, camera and speaker, and what stands against one. */
export function Pickers({ devices, video }: { devices: Devices; video: boolean }) {
  const { microphones, cameras, speakers, chosen, ...sources } = useStore(devices.view)
  const [plays, setPlays] = useState(false)
  const kinds: readonly Kind[] = video ? ['microphone', 'camera'] : ['microphone']
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {kinds.map((kind) => {
        const source = sources[kind]
        if (source.state !== 'failed') return null
        const { title, help } = helpFor(kind, source.why, navigator.userAgent)
        return (
          <div className="grid gap-1.5 rounded-xl border border-line bg-raised p-3 text-sm" key={kind} role="status">
            <p className="font-semibold">{title}</p>
            <p className="text-pretty text-muted">{help}</p>
            {source.why !== 'unsupported' && (
              <Button className="justify-self-start" look="link" onClick={() => devices.turn(kind, true)}>
                Try again
              </Button>
            )}
          </div>
        )
      })}
      <Picker chosen={chosen.microphone} kind="microphone" label="Microphone" list={microphones} devices={devices} />
      {video && <Picker chosen={chosen.camera} kind="camera" label="Camera" list={cameras} devices={devices} />}
      {video && <BlurSwitch devices={devices} />}
      <Picker chosen={chosen.speaker} kind="speaker" label="Speaker" list={speakers} devices={devices} />
      <Button
        className="justify-self-start"
        look="quiet"
        onClick={() => {
          setPlays(true)
          void testSound(chosen.speaker).finally(() => setPlays(false))
        }}
        pending={plays}
      >
        {plays ? 'Playing…' : 'Test the speaker'}
      </Button>
    </div>
  )
}

function Picker({
  label,
  kind,
  list,
  chosen,
  devices,
}: {
  label: string
  kind: Kind | 'speaker'
  list: readonly Device[]
  chosen: string | null
  devices: Devices
}) {
  // One alone is no choice.
  if (list.length < 2) return null
  return (
    <Choice
      label={label}
      onChange={(id) => devices.choose(kind, id)}
      value={list.some(({ id }) => id === chosen) ? chosen! : list[0]!.id}
    >
      {list.map(({ id, label }) => (
        <option key={id} value={id}>
          {label}
        </option>
      ))}
    </Choice>
  )
}
