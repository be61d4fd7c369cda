import { SignJWT } from 'jose'
import * as z from 'zod/mini'
import { limits } from '../../protocol/limits.ts'
import type { MeetingRole, Track } from '../../protocol/meetings.ts'
import { limitedFetch } from '../service-functions.ts'
import type { Listed } from './core/connections.ts'

/** The media server could not be asked, or did not answer in time. */
export class MediaAway extends Error {}

/** What a Parley is told of its media server. All are missing where it has none. */
export interface MediaKeys {
  LIVEKIT_URL?: string
  /** Where its API is asked, if elsewhere. */
  LIVEKIT_API_URL?: string
  LIVEKIT_API_KEY?: string
  LIVEKIT_API_SECRET?: string
}

/** What someone may do at the media server. */
export interface Permission {
  canPublish: boolean
  canSubscribe: true
  canPublishData: false
  canPublishSources: string[]
}

// Nobody but the worker names a room there, and nobody says who they are: rooms and identities come from tokens alone.
const sources = ['camera', 'microphone', 'screen_share', 'screen_share_audio']

/** Whoever is more than a viewer sends camera, microphone and screen. Chat and hands are the meeting's own. */
export function permissionOf(role: MeetingRole): Permission {
  const sends = role !== 'viewer'
  return { canPublish: sends, canSubscribe: true, canPublishData: false, canPublishSources: sends ? sources : [] }
}

const Answered = z.object({
  participants: z._default(
    z.array(
      z.object({
        ...{ identity: z.string(), sid: z.string(), state: z.optional(z.string()) },
        tracks: z._default(
          z.array(
            z.object({ sid: z.string(), source: z._default(z.string(), 'UNKNOWN'), muted: z.optional(z.boolean()) }),
          ),
          [],
        ),
      }),
    ),
    [],
  ),
})

const sourcesOf: Record<z.infer<typeof Track>, readonly string[]> = {
  microphone: ['MICROPHONE'],
  camera: ['CAMERA'],
  screen: ['SCREEN_SHARE', 'SCREEN_SHARE_AUDIO'],
}

/**
 * One room of the media server, over LiveKit's server API. Plain requests: the server SDK leaves a timer behind each of its
 * requests, which keeps an object from sleeping.
 */
export class MediaRoom {
  private readonly keys: MediaKeys
  private readonly room: string

  constructor(keys: MediaKeys, room: string) {
    this.keys = keys
    this.room = room
  }

  /** Whether there is a media server at all. */
  exists(): boolean {
    const { LIVEKIT_URL: url, LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = this.keys
    return Boolean(url && key && secret)
  }

  /** Makes the room where there is none: the media server opens none for a token alone. Throws MediaAway. */
  async open(): Promise<void> {
    const seconds = limits.meetingEmptyMs / 1_000
    await this.ask('CreateRoom', { name: this.room, empty_timeout: seconds, departure_timeout: seconds })
  }

  /** Who is connected. A room that nobody has opened is one without people. Throws MediaAway. */
  async list(): Promise<Listed[]> {
    const { participants } = await this.people()
    return participants.filter(({ state }) => state !== 'DISCONNECTED').map(({ identity, sid }) => ({ identity, sid }))
  }

  /** Mutes what these people send. Throws MediaAway. */
  async mute(identities: ReadonlySet<string>, track: z.infer<typeof Track>): Promise<void> {
    const { participants } = await this.people()
    const theirs = participants.filter(({ identity }) => identities.has(identity))
    const sent = theirs.flatMap(({ identity, tracks }) =>
      tracks
        .filter(({ source, muted }) => !muted && sourcesOf[track].includes(source))
        .map(({ sid }) => ({ identity, sid })),
    )
    await Promise.all(
      sent.map(({ identity, sid }) => this.ask('MutePublishedTrack', { identity, track_sid: sid, muted: true })),
    )
  }

  /** Lets someone do what their role says. Throws MediaAway. */
  async permit(identity: string, role: MeetingRole): Promise<void> {
    const { canPublish, canPublishSources } = permissionOf(role)
    const permission = {
      ...{ can_publish: canPublish, can_subscribe: true, can_publish_data: false },
      can_publish_sources: canPublishSources.map((source) => source.toUpperCase()),
    }
    await this.ask('UpdateParticipant', { identity, metadata: JSON.stringify({ role }), permission })
  }

  /** Puts someone out. Whoever is not there is out. Throws MediaAway. */
  async remove(identity: string): Promise<void> {
    await this.ask('RemoveParticipant', { identity })
  }

  /** Ends the room for everyone in it. Throws MediaAway. */
  async end(): Promise<void> {
    await this.ask('DeleteRoom', {})
  }

  private async people(): Promise<z.infer<typeof Answered>> {
    return Answered.parse((await this.ask('ListParticipants', {})) ?? {})
  }

  /** The answer, or null where what is meant is not there. */
  private async ask(method: string, body: Record<string, unknown>): Promise<unknown> {
    const { LIVEKIT_URL = '', LIVEKIT_API_KEY: key = '', LIVEKIT_API_SECRET: secret = '' } = this.keys
    const url = this.keys.LIVEKIT_API_URL ?? LIVEKIT_URL.replace(/^ws/, 'http')
    if (!this.exists()) throw new MediaAway('this Parley has no media server')
    const video = { room: this.room, roomAdmin: true, roomCreate: true }
    const token = await new SignJWT({ video })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(key)
      .setSubject('parley')
      .setNotBefore('0s')
      .setExpirationTime('1m')
      .sign(new TextEncoder().encode(secret))
    let answer: Response
    try {
      answer = await limitedFetch(`${url}/twirp/livekit.RoomService/${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ room: this.room, ...body }),
      })
    } catch (error) {
      throw new MediaAway(`${method}: ${String(error)}`)
    }
    if (answer.status === 404) return null
    const text = await answer.text()
    if (!answer.ok) throw new MediaAway(`${method}: ${answer.status} ${text}`)
    return JSON.parse(text) as unknown
  }
}
