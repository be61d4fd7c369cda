import { actInMeeting, raiseHand } from '../../../../protocol/endpoints/in-meeting.ts'
import type { HostAct } from '../../../../protocol/meetings.ts'
import { gate } from '../../gate.ts'
import { outcome, sentence } from '../../outcome.ts'
import { why } from '../../why.ts'

/** Does what hosts do; a sentence where it was refused. */
export async function act(meeting: string, what: HostAct): Promise<string | null> {
  const answer = await outcome(gate.api.call(actInMeeting, { params: { meeting }, body: what }))
  return answer.ok ? null : why(answer.failure)
}

/** Raises one's hand or takes it down; a sentence where it was refused. */
export async function hand(meeting: string, up: boolean): Promise<string | null> {
  const answer = await outcome(gate.api.call(raiseHand, { params: { meeting }, body: { up } }))
  return answer.ok ? null : sentence(answer.failure)
}
