import type { Preview } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
import type { MessageRow } from '../../protocol/row.ts'

/** A message as a room list shows it. What is deleted, or over by now, shows no more than that. */
export function previewOf(
  { seq, at, by, text, metadata, ...row }: MessageRow,
  name: string | null,
  now: number,
): Preview {
  const guest = 'guest' in metadata && metadata.guest ? `${metadata.guest.name} (guest)` : null
  const place = { seq, at, by, name: name ?? guest }
  if (row.deletedAt !== null || (row.expiresAt !== null && row.expiresAt <= now)) {
    return { ...place, text: '', deleted: true }
  }
  const attachments = 'attachments' in metadata ? (metadata.attachments?.length ?? 0) : 0
  return { ...place, text: shortened(text), ...(attachments > 0 && { attachments }) }
}

/** The first characters; none is cut in two. */
function shortened(text: string): string {
  return [...text.slice(0, limits.preview * 2)].slice(0, limits.preview).join('')
}
