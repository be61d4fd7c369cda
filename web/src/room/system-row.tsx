import { clock } from '../times.ts'
import type { Message } from '../../sync/wire.ts'
import { happened } from './happened.ts'
import type { People } from './people.ts'

/** A fact of the room between the messages. */
export function SystemRow({ message, people }: { message: Message; people: People }) {
  const fact = message.system
  if (fact === null) return null
  return (
    <p className="pt-2.5 pb-1 text-center text-sm text-muted" title={clock(message.at)}>
      <bdi>{happened(fact, people)}</bdi>
    </p>
  )
}
