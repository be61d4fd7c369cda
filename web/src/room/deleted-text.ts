import type { Message } from '../../sync/wire.ts'

/** What stands in the place of a message that is gone. */
export function deletedText({ by, deleted }: Pick<Message, 'by' | 'deleted'>): string {
  if (deleted === undefined || deleted.by === null) return 'This message is gone'
  return deleted.by === by ? 'This message was deleted' : 'A moderator deleted this message'
}
