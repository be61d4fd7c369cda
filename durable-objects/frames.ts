import type { Message } from '../protocol/message.ts'
import { limits } from '../protocol/limits.ts'
import { utf8Bytes } from '../protocol/text.ts'
import { Upstream } from '../protocol/upstream.ts'

/** A frame as the schema reads it; what is wrong with it, and its id if it has one; or null when it is not JSON. */
export function readFrame(data: string): Upstream | { problem: string; id: string | null } | null {
  if (utf8Bytes(data) > limits.frameBytes)
    return { problem: `A frame is at most ${limits.frameBytes} bytes.`, id: null }
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return null
  }
  const read = Upstream.safeParse(value)
  if (read.success) return read.data
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
