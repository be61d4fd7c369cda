import { Announcer } from './announcer.tsx'
import { Toasts } from './toasts.tsx'
import type { Desk } from './desk.ts'

/** What is told beside what stands in the room: messages, to those who listen, and what came of what I did. */
export function Told({ desk }: { desk: Desk }) {
  return (
    <>
      <Announcer inbox={desk.mine.inbox} view={desk.client.view} />
      <Toasts desk={desk} />
    </>
  )
}
