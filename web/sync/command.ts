import type * as z from 'zod/mini'
import { Command, type Change } from '../../protocol/upstream.ts'
import type { RefusalReason } from './wire.ts'

/** The message that a command is about: its seq, or the id of an own message that is still on its way. */
export type Target = number | string

/** What a room may be told to be from now on; what is missing stays as it is. */
export type Settings = Omit<z.infer<typeof Change>, 't' | 'id'>

/** What the person asks of the room, as the outbox keeps it. */
export type Queued =
  | {
      kind: 'post'
      text: string
      replyTo: number | null
      mentions: readonly string[]
      thread: number | null
      forwarded: boolean
    }
  | { kind: 'edit'; target: Target; text: string; mentions: readonly string[] }
  | { kind: 'delete' | 'undelete'; target: Target }
  | { kind: 'react'; target: Target; emoji: string; on: boolean }
  | { kind: 'pin'; target: Target; on: boolean }
  | { kind: 'change'; settings: Settings }

/** A command on its way, as the local store keeps it. Its id is its identity for ever. */
export interface Unsent {
  id: string
  room: string
  /** The place in the room's queue: first in, first out. */
  order: number
  at: number
  command: Queued
  failed: { reason: RefusalReason; detail: string } | null
}

/** The message that it is about; null when it is about none. */
export function targetOf(command: Queued): Target | null {
  return 'target' in command ? command.target : null
}

/** The text that it carries, so that nothing written is lost when it fails. */
export function textOf(command: Queued): string | null {
  return 'text' in command ? command.text : null
}

/** The frame that it goes out in; null while its message has no seq yet. */
export function frameOf({ id, command }: Pick<Unsent, 'id' | 'command'>): Command | null {
  if (command.kind === 'change') return { t: 'change', id, ...command.settings }
  if (command.kind === 'post') {
    const { text, replyTo, mentions, thread, forwarded } = command
    return {
      t: 'post',
      id,
      text,
      ...(replyTo === null ? {} : { replyTo }),
      ...(thread === null ? {} : { thread }),
      ...(mentions.length === 0 ? {} : { mentions: [...mentions] }),
      ...(forwarded && { forwarded }),
    }
  }
  const { target: seq } = command
  if (typeof seq === 'string') return null
  switch (command.kind) {
    case 'edit': {
      const { text, mentions } = command
      return { t: 'edit', id, seq, text, ...(mentions.length === 0 ? {} : { mentions: [...mentions] }) }
    }
    case 'delete':
    case 'undelete':
      return { t: command.kind, id, seq }
    case 'react':
      return { t: 'react', id, seq, emoji: command.emoji, on: command.on }
    case 'pin':
      return { t: 'pin', id, seq, on: command.on }
  }
}

/** What is wrong with it, as the room would say; null when nothing is. */
export function problemOf(unsent: Pick<Unsent, 'id' | 'command'>): string | null {
  const { command } = unsent
  const placed = typeof targetOf(command) === 'string' ? ({ ...command, target: 1 } as Queued) : command
  return Command.safeParse(frameOf({ ...unsent, command: placed })).error?.issues[0]?.message ?? null
}
