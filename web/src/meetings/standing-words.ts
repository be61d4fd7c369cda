import type { Standing } from '../../../protocol/meetings.ts'

/** Whether someone who stands so is let in without asking again. */
export function waits(standing: Standing): boolean {
  return standing === 'waiting' || standing === 'early'
}

/** Where someone stands who is not in. */
export type Outside = Exclude<Standing, 'admitted'>

/** What someone is told who is not in: what it is, and what they can do. */
export function words(standing: Outside, host: string | null): [title: string, text: string] {
  switch (standing) {
    case 'waiting':
      return [
        'Waiting to be let in',
        `${host ?? 'A host'} sees that you are here. You come in as soon as a host lets you.`,
      ]
    case 'early':
      return ['Waiting for the host', 'The meeting has not begun. You come in, or to the door, when a host is there.']
    case 'denied':
      return [
        'You were not let in',
        'A host declined. If that was a mistake, knock again, or write to whoever invited you.',
      ]
    case 'ejected':
      return [
        'You were removed from the meeting',
        'A host took you out of it. You may knock again: a host decides whether you come back in.',
      ]
    case 'full':
      return ['The meeting is full', 'As many people are in it as may be. Try again when someone has left.']
    case 'locked':
      return ['The meeting is locked', 'A host has locked it: nobody comes in, or knocks, until it is open again.']
    case 'over':
      return ['The meeting is over', 'It has ended or was cancelled.']
    case 'outside':
      return ['You are not in the meeting', 'Come by a link of the meeting, or ask whoever runs it to invite you.']
  }
}
