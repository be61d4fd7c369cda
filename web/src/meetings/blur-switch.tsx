import { useState } from 'react'
import { useStore } from 'zustand'
import { Switch } from '../ui/choices.tsx'
import { canBlur } from './blur.ts'
import type { Devices } from './devices.ts'

/** Whether what is behind oneself is blurred. `onChange`: it is to be different in a call; it settles when that is done. */
export function BlurSwitch({ devices, onChange }: { devices: Devices; onChange?: (on: boolean) => Promise<void> }) {
  const on = useStore(devices.view, ({ chosen }) => chosen.blur)
  const [possible] = useState(canBlur)
  const [pending, setPending] = useState(false)
  if (!possible) return null
  return (
    <Switch
      disabled={pending}
      hint={pending ? 'One moment…' : 'It happens on this device: nobody sees what is behind you.'}
      label="Blur my background"
      on={on}
      onChange={(next) => {
        devices.blur(next)
        if (!onChange) return
        setPending(true)
        void onChange(next).finally(() => setPending(false))
      }}
    />
  )
}
