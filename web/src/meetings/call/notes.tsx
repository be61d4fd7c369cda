import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { gate } from '../../gate.ts'
import { listen } from '../meter.tsx'
import { openTeller, type Teller } from './speech.ts'
import type { Media } from './media.ts'

/** Tells a screen reader who speaks: now and then, and never oneself. */
export function SpeechNotes({ media }: { media: Media }) {
  const [told, setTold] = useState('')
  const speaking = useStore(media.view, ({ tiles }) =>
    tiles.flatMap(({ speaks, own, name }) => (speaks && !own ? [name] : [])).join('\n'),
  )
  const [teller, setTeller] = useState<Teller | null>(null)
  useEffect(() => {
    const opened = openTeller(gate.clock, (name) => setTold(`${name} speaks`))
    setTeller(opened)
    return opened.close
  }, [])
  useEffect(() => teller?.hear(speaking === '' ? [] : speaking.split('\n')), [teller, speaking])
  return (
    <p aria-live="polite" className="sr-only" data-speech>
      {told}
    </p>
  )
}

/** So loud for so long (of 100 ms each) is a voice and no cough. */
const voice = { level: 0.45, times: 5 }

/** Whether someone who is muted speaks: until they turn the microphone on, or say that they know. */
export function useSpeaksMuted(media: Media, muted: boolean): [speaks: boolean, know: () => void] {
  const [speaks, setSpeaks] = useState(false)
  const knows = useRef(false)
  useEffect(() => {
    setSpeaks(false)
    knows.current = false
    const own = muted ? media.ownSound() : null
    if (own === null || own.readyState === 'ended') return
    // What is sent is silent now: a twin of it still hears.
    const twin = own.clone()
    twin.enabled = true
    let loud = 0
    const stop = listen(twin, (level) => {
      loud = level > voice.level ? loud + 1 : 0
      if (loud >= voice.times && !knows.current) setSpeaks(true)
    })
    return () => {
      stop()
      twin.stop()
    }
  }, [media, muted])
  return [
    speaks,
    () => {
      knows.current = true
      setSpeaks(false)
    },
  ]
}
