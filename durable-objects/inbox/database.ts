import * as z from 'zod/mini'
import { Seq } from '../../protocol/ids.ts'
import { RoomLine, type RoomPreferences } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
import type { ServiceFunctions } from '../service-functions.ts'
import { OwnFacts } from './core/own-facts.ts'

/** A line as Postgres has it: a direct room that lost its other person has no name. */
const SqlLine = z.object({
  ...RoomLine.shape,
  name: z.nullable(z.string()),
  epoch: z.int(),
  /** How far the person's devices have received. */
  delivered: Seq,
  /** The person has opened this direct room, or is in a group. */
  accepted: z.boolean(),
})
export type SqlLine = z.infer<typeof SqlLine>

const InboxState = z.object({ person: OwnFacts, rooms: z.array(SqlLine) })
/** All that an inbox begins with. */
export type InboxState = z.infer<typeof InboxState>

/** An inbox's way to Postgres. */
export class InboxDatabase {
  private readonly functions: ServiceFunctions
  private readonly person: string

  constructor(functions: ServiceFunctions, person: string) {
    this.functions = functions
    this.person = person
  }

  /** The person and their rooms, most recent first; null when the person is gone. */
  async state(): Promise<InboxState | null> {
    return z.nullable(InboxState).parse(await this.ask('inbox_state', { p_limit: limits.inboxRooms }))
  }

  /** The lines of these rooms; one that is missing is not the person's. */
  async lines(rooms: string[]): Promise<SqlLine[]> {
    return z.array(SqlLine).parse(await this.ask('room_lines', { p_rooms: rooms }))
  }

  async keepPreferences(rooms: ({ room: string } & RoomPreferences)[]): Promise<void> {
    await this.ask('keep_room_preferences', { p_rooms: rooms })
  }

  private async ask(name: string, args: Record<string, unknown>): Promise<unknown> {
    return await this.functions.call('parley', name, { p_person: this.person, ...args })
  }
}
