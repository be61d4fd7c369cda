import { createStore, type StoreApi } from 'zustand/vanilla'
import { canBlur, loadBlur, NotBlurred } from './blur.ts'

export type Kind = 'microphone' | 'camera'

/** What became of a microphone or camera. `off`: not wanted. */
export type Source =
  | { state: 'off' }
  | { state: 'asking' }
  | { state: 'on'; track: MediaStreamTrack; stop(): void }
  /** Why there is nothing: not allowed, none there, used by something else, a page that may use none at all, or no blur. */
  | { state: 'failed'; why: Why }

export type Why = 'blocked' | 'missing' | 'busy' | 'unsupported' | 'unblurred'

/** A device that can be chosen. */
export interface Device {
  id: string
  label: string
}

/** What someone chose, kept for the next meeting. Ids are null where the browser's own choice holds. */
export interface Chosen {
  microphone: string | null
  camera: string | null
  speaker: string | null
  microphoneOn: boolean
  cameraOn: boolean
  /** What is behind oneself is blurred. */
  blur: boolean
}

export interface DevicesView {
  microphone: Source
  camera: Source
  chosen: Chosen
  /** Empty until the browser tells their names, which it does once one is in use. */
  microphones: readonly Device[]
  cameras: readonly Device[]
  speakers: readonly Device[]
}

/** The microphone and camera before a meeting. Each has a track of its own, so that one changes without the other. */
export interface Devices {
  view: StoreApi<DevicesView>
  /** Asks for what is wanted. */
  start(): void
  turn(kind: Kind, on: boolean): void
  choose(kind: Kind | 'speaker', id: string): void
  blur(on: boolean): void
  /** Keeps what was chosen elsewhere, in the meeting itself. */
  note(kind: Kind | 'speaker', id: string): void
  /** Looks again which devices there are. */
  look(): void
  /** Lets go of what is in use; what was chosen stays. */
  release(): void
  close(): void
}

const key = 'parley.devices'
const both: readonly Kind[] = ['microphone', 'camera']

export function openDevices(): Devices {
  const media = navigator.mediaDevices as MediaDevices | undefined
  const view = createStore<DevicesView>(() => ({
    microphone: { state: 'off' },
    camera: { state: 'off' },
    chosen: kept(),
    microphones: [],
    cameras: [],
    speakers: [],
  }))
  const turns: Record<Kind, number> = { microphone: 0, camera: 0 }
  const over = new AbortController()
  let closed = false

  function wants(kind: Kind): boolean {
    const { chosen } = view.getState()
    return kind === 'microphone' ? chosen.microphoneOn : chosen.cameraOn
  }

  function change(part: Partial<Chosen>): void {
    const chosen = { ...view.getState().chosen, ...part }
    view.setState({ chosen })
    keep(chosen)
  }

  function put(kind: Kind, source: Source): void {
    const before = view.getState()[kind]
    if (before.state === 'on' && (source.state !== 'on' || source.track !== before.track)) before.stop()
    view.setState({ [kind]: source })
  }

  async function open(kind: Kind): Promise<void> {
    const mine = ++turns[kind]
    if (media?.getUserMedia === undefined) return put(kind, { state: 'failed', why: 'unsupported' })
    put(kind, { state: 'asking' })
    const id = view.getState().chosen[kind]
    const wish = id === null ? {} : { deviceId: { ideal: id } }
    try {
      const stream = await media.getUserMedia(
        kind === 'microphone'
          ? { audio: { ...wish, echoCancellation: true, noiseSuppression: true, autoGainControl: true } }
          : { video: { ...wish, width: { ideal: 1280 }, height: { ideal: 720 } } },
      )
      const track = stream.getTracks()[0]!
      // It was turned off, or another was chosen, while the browser asked.
      const blurs = kind === 'camera' && view.getState().chosen.blur && canBlur()
      const shown = blurs ? await blurredPicture(track) : { track, stop: () => track.stop() }
      if (mine !== turns[kind] || closed) return shown.stop()
      track.addEventListener('ended', () => {
        const now = view.getState()[kind]
        if (now.state === 'on' && now.track === shown.track) put(kind, { state: 'failed', why: 'missing' })
      })
      put(kind, { state: 'on', ...shown })
    } catch (error) {
      if (mine === turns[kind]) put(kind, { state: 'failed', why: whyOf(error) })
    }
    await look()
  }

  async function look(): Promise<void> {
    const found = (await media?.enumerateDevices().catch(() => [])) ?? []
    const of = (kind: MediaDeviceKind) =>
      found.flatMap(({ kind: its, deviceId, label }) =>
        its === kind && deviceId !== '' && label !== '' ? [{ id: deviceId, label }] : [],
      )
    if (!closed)
      view.setState({ microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') })
  }

  /** Allowed after all, in the browser's own settings: nobody should have to load the page anew. */
  async function watchPermissions(): Promise<void> {
    for (const kind of both) {
      // Not every browser knows these names.
      const status = await navigator.permissions?.query({ name: kind }).catch(() => null)
      const allowed = () => {
        if (status?.state === 'granted' && view.getState()[kind].state === 'failed' && wants(kind)) void open(kind)
      }
      if (!closed) status?.addEventListener('change', allowed, { signal: over.signal })
    }
  }

  const changed = () => {
    for (const kind of both) {
      const source = view.getState()[kind]
      if (source.state === 'failed' && source.why === 'missing' && wants(kind)) void open(kind)
    }
    void look()
  }
  media?.addEventListener?.('devicechange', changed)
  void watchPermissions()

  function release(): void {
    for (const kind of both) {
      turns[kind]++
      put(kind, { state: 'off' })
    }
  }

  return {
    view,
    start() {
      for (const kind of both) if (wants(kind) && view.getState()[kind].state === 'off') void open(kind)
    },
    turn(kind, on) {
      change(kind === 'microphone' ? { microphoneOn: on } : { cameraOn: on })
      if (on) return void open(kind)
      turns[kind]++
      put(kind, { state: 'off' })
    },
    choose(kind, id) {
      change({ [kind]: id })
      if (kind !== 'speaker' && wants(kind)) void open(kind)
    },
    blur(on) {
      change({ blur: on })
      if (view.getState().camera.state !== 'off') void open('camera')
    },
    note: (kind, id) => change({ [kind]: id }),
    look: () => void look(),
    release,
    close() {
      closed = true
      release()
      media?.removeEventListener?.('devicechange', changed)
      over.abort()
    },
  }
}

async function blurredPicture(camera: MediaStreamTrack) {
  try {
    return await (await loadBlur()).blurred(camera)
  } catch (error) {
    camera.stop()
    throw error
  }
}

function whyOf(error: unknown): Why {
  if (error instanceof NotBlurred) return 'unblurred'
  const name = error instanceof DOMException || error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'blocked'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy'
}

const first: Chosen = { microphone: null, camera: null, speaker: null, microphoneOn: true, cameraOn: true, blur: false }

function kept(): Chosen {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    if (typeof read !== 'object' || read === null) return first
    const id = (name: string) => {
      const value: unknown = Reflect.get(read, name)
      return typeof value === 'string' ? value : null
    }
    return {
      ...{ microphone: id('microphone'), camera: id('camera'), speaker: id('speaker') },
      microphoneOn: Reflect.get(read, 'microphoneOn') !== false,
      cameraOn: Reflect.get(read, 'cameraOn') !== false,
      blur: Reflect.get(read, 'blur') === true,
    }
  } catch {
    return first
  }
}

function keep(chosen: Chosen): void {
  try {
    localStorage.setItem(key, JSON.stringify(chosen))
  } catch {
    // Storage is closed to this page: it asks again next time.
  }
}
