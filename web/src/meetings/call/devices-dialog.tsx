import { useEffect } from 'react'
import { useStore } from 'zustand'
import { Choice } from '../../ui/choices.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { BlurSwitch } from '../blur-switch.tsx'
import type { Devices } from '../devices.ts'
import type { Media } from './media.ts'

const kinds = [
  ['microphone', 'microphones', 'Microphone'],
  ['camera', 'cameras', 'Camera'],
  ['speaker', 'speakers', 'Speaker'],
] as const

/** Another microphone, camera or speaker in the middle of a meeting. */
export function DevicesDialog({ devices, media, onClose }: { devices: Devices; media: Media; onClose: () => void }) {
  const now = useStore(devices.view)
  useEffect(() => devices.look(), [devices])
  return (
    <Dialog onClose={onClose} title="Microphone, camera and speaker">
      <div className="grid gap-4">
        {kinds.map(([kind, many, label]) => {
          const list = now[many]
          if (list.length === 0) return null
          const chosen = list.find(({ id }) => id === now.chosen[kind]) ?? list[0]!
          return (
            <Choice
              key={kind}
              label={label}
              onChange={(id) => {
                devices.note(kind, id)
                void media.choose(kind, id)
              }}
              value={chosen.id}
            >
              {list.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </Choice>
          )
        })}
        <BlurSwitch
          devices={devices}
          onChange={async (on) => {
            if (!(await media.blur(on))) devices.blur(!on)
          }}
        />
        {now.microphones.length + now.cameras.length + now.speakers.length === 0 && (
          <p className="text-muted">Your browser names no devices. Turn the microphone or the camera on first.</p>
        )}
      </div>
    </Dialog>
  )
}
