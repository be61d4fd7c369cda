import type { ChangeSettings } from '../../protocol/api.ts'
import * as z from 'zod/mini'
import { Uuid } from '../../protocol/ids.ts'
import { type OwnStatus, Settings } from '../../protocol/inbox.ts'
import type { ServiceFunctions } from '../service-functions.ts'
import { OwnFacts } from './core/own-facts.ts'

/** The person and, of their rooms, whose direct rooms they opened; null: no such person. */
const OwnState = z.object({
  person: OwnFacts,
  rooms: z.array(
    z.object({ room: Uuid, type: z.enum(['direct', 'group']), other: z.nullable(Uuid), accepted: z.boolean() }),
  ),
})
export type OwnState = z.infer<typeof OwnState>

const ChangedSettings = z.nullable(z.object({ settings: Settings, rooms: z.array(Uuid) }))
/** The settings as they are now, and the direct rooms in which reading is shown or hidden from now on; null: no such person. */
export type ChangedSettings = z.infer<typeof ChangedSettings>

const Blocked = z.object({
  outcome: z.enum(['done', 'unknown', 'too_many']),
  blocked: z.array(Uuid),
  /** The direct room of the two, and all rooms that they share. */
  direct: z.nullable(Uuid),
  shared: z.array(Uuid),
})
export type Blocked = z.infer<typeof Blocked>

/** How someone is, as Postgres keeps it. */
export interface KeptPresence {
  online: boolean
  show: OwnStatus['show']
  custom: OwnStatus['custom']
  away: boolean
}

/** What the inbox asks and tells Postgres of its person. */
export class Profile {
  private readonly functions: ServiceFunctions
  private readonly person: string

  constructor(functions: ServiceFunctions, person: string) {
    this.functions = functions
    this.person = person
  }

  async state(): Promise<OwnState | null> {
    return z.nullable(OwnState).parse(await this.ask('inbox_state', {}))
  }

  async keepPresence({ online, show, custom, away }: KeptPresence, lastSeenAt: number, ttlMs: number): Promise<void> {
    await this.ask('keep_presence', {
      ...{ p_online: online, p_show: show, p_custom: custom, p_away: away },
      ...{ p_last_seen_ms: lastSeenAt, p_ttl_seconds: ttlMs / 1_000 },
    })
  }

  /** Changes what is named; the rest stays. */
  async changeSettings(change: ChangeSettings): Promise<ChangedSettings> {
    return ChangedSettings.parse(await this.ask('change_settings', { p_settings: change }))
  }

  /** Blocks someone or lets them again. Doing it twice changes nothing. */
  async setBlock(other: string, on: boolean): Promise<Blocked> {
    return Blocked.parse(await this.ask('set_block', { p_other: other, p_on: on }))
  }

  private async ask(name: string, args: Record<string, unknown>): Promise<unknown> {
    return await this.functions.call('parley', name, { p_person: this.person, ...args })
  }
}
