import {
  ConnectionQuality,
  DisconnectReason,
  LocalVideoTrack,
  Room,
  RoomEvent,
  Track,
  type Participant,
} from 'livekit-client'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { createMediaToken } from '../../../../protocol/endpoints/in-meeting.ts'
import { retryDelay } from '../../../sync/backoff.ts'
import { gate } from '../../gate.ts'
import { outcome, type Failure } from '../../outcome.ts'
import { canBlur, loadBlur, NotBlurred } from '../blur.ts'
import type { Chosen, Kind } from '../devices.ts'

export type { Track } from 'livekit-client'

/** Someone's picture, or what they share of their screen. */
export interface Tile {
  /** The same for as long as they are in, also across a connection that was lost. */
  key: string
  /** The participant's id, as the meeting tells it. */
  id: string
  kind: 'person' | 'screen'
  own: boolean
  name: string
  /** Null: there is no picture. */
  picture: Track | null
  muted: boolean
  speaks: boolean
  /** When they last spoke, in epoch milliseconds; 0: not yet. */
  spokeAt: number
  quality: 'good' | 'poor' | 'lost' | null
}

export type MediaState =
  | { state: 'connecting' }
  | { state: 'live' }
  /** It was there a moment ago. */
  | { state: 'reconnecting' }
  /** There is no sound and picture for now: it is tried again. */
  | { state: 'away'; failure: Failure }
  /** The same person joined on the same device, in another tab. */
  | { state: 'elsewhere' }

export interface MediaView {
  media: MediaState
  tiles: readonly Tile[]
  /** What I send. */
  sends: { microphone: boolean; camera: boolean; screen: boolean }
  /** Whether I may send anything: viewers only hear and see. */
  mayPublish: boolean
  /** The browser plays sound only after a click. */
  silent: boolean
  /** Why the last thing that I turned on did not start. */
  trouble: { kind: Kind | 'screen'; error: unknown } | null
}

/** Sound and picture of a meeting. */
export interface Media {
  view: StoreApi<MediaView>
  turn(kind: Kind | 'screen', on: boolean): Promise<void>
  choose(kind: Kind | 'speaker', id: string): Promise<void>
  /** Blurs what is behind me, or no more. False: it could not be done, and all is as before. */
  blur(on: boolean): Promise<boolean>
  /** My microphone, while it is open. */
  ownSound(): MediaStreamTrack | null
  playSound(): void
  /** Tries at once where the connection is gone, also where another tab took it. */
  hurry(): void
  /** Stops what I send at once, then says goodbye. */
  close(): void
}

const farNow: MediaState = {
  state: 'away',
  failure: {
    ...{ kind: 'media_away', title: 'The media server cannot be reached', errors: [], retryAfterMs: null },
    detail: 'A firewall or a lost connection may stand between you and it.',
  },
}

export function openMedia(meeting: string, chosen: Chosen, names: (id: string) => string | null): Media {
  const wants = { microphone: chosen.microphoneOn, camera: chosen.cameraOn, blur: chosen.blur && canBlur() }
  const room = new Room({
    // What nobody sees is not sent.
    adaptiveStream: true,
    dynacast: true,
    audioCaptureDefaults: {
      ...(chosen.microphone !== null && { deviceId: chosen.microphone }),
      ...{ echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    },
    videoCaptureDefaults: { ...(chosen.camera !== null && { deviceId: chosen.camera }) },
    ...(chosen.speaker !== null && { audioOutput: { deviceId: chosen.speaker } }),
    // The page says so itself, and stops what it sends.
    disconnectOnPageLeave: false,
  })
  const view = createStore<MediaView>(() => ({
    media: { state: 'connecting' },
    tiles: [],
    sends: { microphone: false, camera: false, screen: false },
    mayPublish: true,
    silent: false,
    trouble: null,
  }))
  const spoke = new Map<string, number>()
  let closed = false
  let planned = false
  let wake = () => {}

  const again = () => {
    if (planned || closed) return
    planned = true
    queueMicrotask(() => {
      planned = false
      if (!closed) look()
    })
  }

  function look(): void {
    const { localParticipant: me, remoteParticipants } = room
    const tiles = [me, ...remoteParticipants.values()].flatMap(tilesOf)
    view.setState({
      tiles,
      sends: { microphone: me.isMicrophoneEnabled, camera: me.isCameraEnabled, screen: me.isScreenShareEnabled },
      mayPublish: me.permissions?.canPublish ?? true,
      silent: !room.canPlaybackAudio,
    })
  }

  function tilesOf(one: Participant): Tile[] {
    if (one.identity === '') return []
    const own = one === room.localParticipant
    const id = idOf(one.identity)
    if (one.isSpeaking) spoke.set(one.identity, Date.now())
    const name = names(id) ?? one.name ?? ''
    const person: Tile = {
      ...{ key: one.identity, id, kind: 'person', own, name },
      picture: pictureOf(one, Track.Source.Camera),
      muted: !one.isMicrophoneEnabled,
      ...{ speaks: one.isSpeaking, spokeAt: spoke.get(one.identity) ?? 0, quality: qualityOf(one.connectionQuality) },
    }
    const screen = pictureOf(one, Track.Source.ScreenShare)
    if (screen === null) return [person]
    return [person, { ...person, key: `${one.identity} screen`, kind: 'screen', picture: screen, speaks: false }]
  }

  for (const event of [
    ...[RoomEvent.ParticipantConnected, RoomEvent.ParticipantDisconnected, RoomEvent.ParticipantNameChanged],
    ...[RoomEvent.TrackSubscribed, RoomEvent.TrackUnsubscribed, RoomEvent.TrackMuted, RoomEvent.TrackUnmuted],
    ...[RoomEvent.LocalTrackPublished, RoomEvent.LocalTrackUnpublished, RoomEvent.ActiveSpeakersChanged],
    ...[RoomEvent.ConnectionQualityChanged, RoomEvent.AudioPlaybackStatusChanged],
    ...[RoomEvent.ParticipantPermissionsChanged, RoomEvent.Reconnected],
  ]) {
    room.on(event, again)
  }
  room.on(RoomEvent.TrackSubscribed, (track) => {
    // An audio element that is in no page plays as well.
    if (track.kind === Track.Kind.Audio) track.attach()
  })
  room.on(RoomEvent.TrackUnsubscribed, (track) => void track.detach())
  // The first of them comes while its client still hopes that pictures flow: with the network gone nothing does, and nobody can tell.
  for (const event of [RoomEvent.SignalReconnecting, RoomEvent.Reconnecting] as const) {
    room.on(event, () => view.setState({ media: { state: 'reconnecting' } }))
  }
  room.on(RoomEvent.Reconnected, () => view.setState({ media: { state: 'live' } }))
  room.on(RoomEvent.TrackMuted, (publication, one) => {
    // A host muted me: what comes next is mine to decide.
    if (one === room.localParticipant && publication.source === Track.Source.Microphone) wants.microphone = false
  })
  room.on(RoomEvent.Disconnected, (reason) => {
    if (closed) return
    again()
    if (reason === DisconnectReason.DUPLICATE_IDENTITY) return view.setState({ media: { state: 'elsewhere' } })
    view.setState({ media: { state: 'reconnecting' } })
    void connect()
  })

  let connecting = false

  /** Asks for a token and connects, until it is done or nobody wants it any more. */
  async function connect(): Promise<void> {
    if (connecting) return
    connecting = true
    for (let failures = 0; ; failures++) {
      const media = await attempt()
      if (closed || media.state === 'live') break
      view.setState({ media })
      await rest(retryDelay(failures, Math.random))
    }
    connecting = false
  }

  async function attempt(): Promise<MediaState> {
    const answer = await outcome(gate.api.call(createMediaToken, { params: { meeting } }))
    if (!answer.ok) return { state: 'away', failure: answer.failure }
    if (closed) return { state: 'connecting' }
    try {
      await room.connect(answer.value.url, answer.value.token)
    } catch {
      return farNow
    }
    if (closed) {
      void room.disconnect()
      return { state: 'connecting' }
    }
    view.setState({ media: { state: 'live' } })
    look()
    void sendAgain()
    return { state: 'live' }
  }

  /** What was wanted before is sent. Nothing waits for it: a browser may ask for as long as nobody answers. */
  async function sendAgain(): Promise<void> {
    if (room.localParticipant.permissions?.canPublish === false) return
    if (wants.microphone) await turn('microphone', true)
    if (wants.camera && !closed) await turn('camera', true)
  }

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function turn(kind: Kind | 'screen', on: boolean): Promise<void> {
    const { localParticipant: me } = room
    if (view.getState().trouble?.kind === kind) view.setState({ trouble: null })
    try {
      switch (kind) {
        case 'microphone':
          wants.microphone = on
          await me.setMicrophoneEnabled(on)
          break
        case 'camera':
          wants.camera = on
          await me.setCameraEnabled(
            on,
            on && wants.blur && !me.getTrackPublication(Track.Source.Camera) ? await hidden() : {},
          )
          break
        case 'screen':
          await me.setScreenShareEnabled(on, { audio: true, selfBrowserSurface: 'exclude', systemAudio: 'include' })
      }
      if (closed) stopSending()
    } catch (error) {
      // Who closes the picker of screens shares none, and knows it.
      const thought = kind === 'screen' && error instanceof Error && error.name === 'NotAllowedError'
      if (!closed && !thought) view.setState({ trouble: { kind, error } })
      // What the browser does not give now is not asked for again by itself.
      if (kind !== 'screen' && error instanceof DOMException) wants[kind] = false
    }
    again()
  }

  /** A camera that shows nobody what is behind me: where that cannot be blurred it is off. */
  async function hidden() {
    const processor = (await loadBlur()).blur()
    const init = processor.init.bind(processor)
    processor.init = async (options) => {
      try {
        await init(options)
      } catch (error) {
        options.track.stop()
        throw new NotBlurred('The background cannot be blurred here.', { cause: error })
      }
    }
    return { processor }
  }

  async function blur(on: boolean): Promise<boolean> {
    const before = wants.blur
    wants.blur = on
    const publication = room.localParticipant.getTrackPublication(Track.Source.Camera)
    const camera = publication?.track
    if (!(camera instanceof LocalVideoTrack)) return true
    try {
      // One that is off is made anew when it is turned on.
      if (publication?.isMuted) await room.localParticipant.unpublishTrack(camera)
      else if (on) await camera.setProcessor((await loadBlur()).blur())
      else await camera.stopProcessor()
      return true
    } catch {
      wants.blur = before
      return false
    }
  }

  function stopSending(): void {
    for (const { track } of room.localParticipant.trackPublications.values()) track?.stop()
  }

  void connect()

  return {
    view,
    turn,
    blur,
    async choose(kind, id) {
      const kinds = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' } as const
      try {
        await room.switchActiveDevice(kinds[kind], id)
      } catch (error) {
        if (kind !== 'speaker') view.setState({ trouble: { kind, error } })
      }
    },
    ownSound: () => room.localParticipant.getTrackPublication(Track.Source.Microphone)?.track?.mediaStreamTrack ?? null,
    playSound: () => void room.startAudio().then(again, again),
    hurry() {
      wake()
      if (view.getState().media.state !== 'elsewhere') return
      view.setState({ media: { state: 'connecting' } })
      void connect()
    },
    close() {
      closed = true
      stopSending()
      wake()
      void room.disconnect()
    },
  }
}

/** The meeting's id of whoever has this identity, which is `person:device` or `guest:id`. */
export function idOf(identity: string): string {
  const [first = '', second = ''] = identity.split(':')
  return first === 'guest' ? second : first
}

function pictureOf(one: Participant, source: Track.Source): Track | null {
  const publication = one.getTrackPublication(source)
  if (publication === undefined || publication.isMuted) return null
  return publication.track ?? null
}

function qualityOf(quality: ConnectionQuality): Tile['quality'] {
  switch (quality) {
    case ConnectionQuality.Excellent:
    case ConnectionQuality.Good:
      return 'good'
    case ConnectionQuality.Poor:
      return 'poor'
    case ConnectionQuality.Lost:
      return 'lost'
    case ConnectionQuality.Unknown:
      return null
  }
}
