import type { Notice } from '../../sync/types.ts'

const whats: Record<Notice['kind'], string> = {
  edit: 'Your edit was not saved',
  delete: 'The message was not deleted',
  undelete: 'The message could not be brought back',
  react: 'Your reaction was not added',
  pin: 'The pin was not changed',
  change: 'The room was not changed',
}

/** Why something was refused, after a colon. */
export const refusalWords: Record<Notice['reason'], string> = {
  conflict: 'something else came first',
  slow_down: 'too much at once',
  busy: 'the room is busy',
  malformed: 'the room did not understand it',
  no_such_message: 'the message does not exist any more',
  deleted: 'the message was deleted',
  not_allowed: 'you may not do this here',
  too_late: 'a minute had passed',
  history_away: 'older messages cannot be reached now',
  internal: 'something went wrong in the room',
}

/** What failed for good, and why, in one sentence. */
export function problem({ kind, reason }: Pick<Notice, 'kind' | 'reason'>): string {
  return `${whats[kind]}: ${refusalWords[reason]}.`
}
