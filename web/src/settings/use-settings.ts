import { useState } from 'react'
import { useStore } from 'zustand'
import { outcome, type Failure } from '../outcome.ts'
import type { Settings } from '../../../protocol/inbox.ts'
import type { Inbox } from '../../sync/inbox/types.ts'

/** My settings as they will be once what was just changed is kept; a change that failed is undone and says why. */
export function useSettings(inbox: Inbox) {
  const kept = useStore(inbox.view, (now) => now.settings)
  const [wanted, setWanted] = useState<Partial<Settings>>({})
  const [failure, setFailure] = useState<Failure | null>(null)

  async function change(part: Partial<Settings>): Promise<void> {
    setFailure(null)
    setWanted((before) => ({ ...before, ...part }))
    const answer = await outcome(inbox.changeSettings(part))
    if (!answer.ok) setFailure(answer.failure)
    setWanted((before) => {
      const left = { ...before }
      // What was changed again meanwhile waits for its own answer.
      for (const key of Object.keys(part) as (keyof Settings)[]) if (left[key] === part[key]) delete left[key]
      return left
    })
  }

  return { settings: kept === null ? null : { ...kept, ...wanted }, change, failure }
}
