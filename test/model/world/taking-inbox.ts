import type { Bump, BumpAnswer, InboxForOthers } from '../../../durable-objects/between.ts'
import type { Presence } from '../../../protocol/inbox.ts'
import type { Living } from '../platform/object-host.ts'

/** An inbox that takes in whatever it is told: where a walk is about rooms alone. */
export class TakingInbox implements Living, InboxForOthers {
  fetch = () => Promise.reject(new Error('No device connects here.'))
  alarm = () => Promise.resolve()
  webSocketMessage = () => {}
  webSocketClose = () => {}
  bump = (_bump: Bump): Promise<BumpAnswer> => Promise.resolve({ state: 'taken' })
  gone = () => Promise.resolve()
  typing = () => Promise.resolve()
  ring = () => Promise.resolve('ringing' as const)
  ringOver = () => Promise.resolve()
  watch = ({ person }: { person: string }): Promise<Presence> =>
    Promise.resolve({ person, state: 'offline', lastSeenAt: null, custom: null })
  unwatch = () => Promise.resolve()
  presence = () => Promise.resolve(true)
}
