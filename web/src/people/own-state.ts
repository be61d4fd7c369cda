import type { OwnStatus } from '../../../protocol/inbox.ts'

/** How I am shown to myself; nothing while there is no connection, or nobody sees it. */
export function ownState({ show }: Pick<OwnStatus, 'show'>, connected: boolean): 'online' | 'busy' | undefined {
  if (!connected || show === 'invisible') return undefined
  return show === 'busy' ? 'busy' : 'online'
}
