import { useEffect, useRef } from 'react'

const bars = 12

/** How loud a microphone is right now, from 0 to 1, called about ten times a second. Answers how to stop. */
export function listen(track: MediaStreamTrack, heard: (level: number) => void): () => void {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 512
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    let sum = 0
    for (const sample of samples) sum += sample * sample
    // -60 dB is silence, -12 dB is a loud voice.
    const decibels = 10 * Math.log10(sum / samples.length + 1e-9)
    heard(Math.max(0, Math.min(1, (decibels + 60) / 48)))
  }, 100)
  // A page that nobody touched yet may not run sound.
  const resume = () => void context.resume()
  resume()
  addEventListener('pointerdown', resume)
  return () => {
    clearInterval(timer)
    removeEventListener('pointerdown', resume)
    void context.close()
  }
}

/** Shows that the microphone hears. */
export function Meter({ track }: { track: MediaStreamTrack }) {
  const meter = useRef<HTMLDivElement>(null)
  useEffect(
    () =>
      listen(track, (level) => {
        const element = meter.current
        if (element === null) return
        element.ariaValueNow = String(Math.round(level * 100))
        const lit = Math.round(level * bars)
        for (const [index, bar] of [...element.children].entries()) bar.toggleAttribute('data-lit', index < lit)
      }),
    [track],
  )
  return (
    <div
      aria-label="Your microphone hears"
      aria-valuemax={100}
      aria-valuemin={0}
      aria-valuenow={0}
      className="flex h-4 items-center gap-1"
      ref={meter}
      role="meter"
    >
      {Array.from({ length: bars }, (_, index) => (
        <i className="h-full flex-1 rounded-sm bg-line data-lit:bg-here" key={index} />
      ))}
    </div>
  )
}

/** Plays two notes on a speaker, so that one knows where one will hear the others. */
export async function testSound(speaker: string | null): Promise<void> {
  const context = new AudioContext()
  const player = new Audio()
  try {
    const out = context.createMediaStreamDestination()
    player.srcObject = out.stream
    if (speaker !== null && 'setSinkId' in player) await player.setSinkId(speaker).catch(() => undefined)
    await player.play()
    for (const [index, hertz] of [523, 659].entries()) {
      const [tone, volume] = [context.createOscillator(), context.createGain()]
      const begins = context.currentTime + index * 0.3
      tone.frequency.value = hertz
      volume.gain.setValueAtTime(0.0001, begins)
      volume.gain.exponentialRampToValueAtTime(0.25, begins + 0.03)
      volume.gain.exponentialRampToValueAtTime(0.0001, begins + 0.28)
      tone.connect(volume).connect(out)
      tone.start(begins)
      tone.stop(begins + 0.3)
      if (index === 1) await new Promise((ended) => tone.addEventListener('ended', ended))
    }
  } finally {
    player.srcObject = null
    await context.close()
  }
}
