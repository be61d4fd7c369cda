import { clock } from '../times.ts'
import type { Message } from '../../sync/wire.ts'

/** A fact of the room between the messages. */
export function SystemRow({ message }: { message: Message }) {
  const fact = message.system
  if (fact === null) return null
  return (
    <p className="pt-2.5 pb-1 text-center text-sm text-muted" title={clock(message.at)}>
      <bdi className="font-medium">{fact.name}</bdi> joined
    </p>
  )
}
