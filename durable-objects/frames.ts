import type * as z from 'zod/mini'
import type { Message } from '../protocol/message.ts'
import { limits } from '../protocol/limits.ts'
import { utf8Bytes } from '../protocol/text.ts'

/** A frame as the schema reads it, or what is wrong with it, and its id if it has one. */
export function readFrame<S extends z.ZodMiniType>(
  schema: S,
  data: string | ArrayBuffer,
): { frame: z.infer<S> } | { problem: string; id: string | null } {
  if (typeof data !== 'string') return { problem: 'Frames are text.', id: null }
  if (utf8Bytes(data) > limits.frameBytes)
    return { problem: `A frame is at most ${limits.frameBytes} bytes.`, id: null }
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return { problem: 'This is not JSON.', id: null }
  }
  const read = schema.safeParse(value)
  if (read.success) return { frame: read.data }
  const id =
    typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' ? value.id : null
  const issue = read.error.issues[0]
  return { problem: `${issue?.path.join('.') || 'frame'}: ${issue?.message ?? 'does not fit'}`, id }
}

/** Messages, by rev, in runs of about 256 kB. What one event touched stays together: a run is told as a range of seqs. */
export function* chunks(messages: Message[]): Generator<Message[]> {
  let chunk: Message[] = []
  let size = 0
  for (const message of messages) {
    const bytes = message.text.length + 300
    if (chunk.length > 0 && size + bytes > limits.chunkBytes && message.rev > chunk.at(-1)!.rev) {
      yield chunk
      chunk = []
      size = 0
    }
    chunk.push(message)
    size += bytes
  }
  yield chunk
}
