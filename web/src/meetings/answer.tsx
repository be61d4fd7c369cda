import { useState } from 'react'
import { answerInvitation, answerMailedInvitation } from '../../../protocol/endpoints/meeting-ways.ts'
import { gate } from '../gate.ts'
import { outcome, sentence } from '../outcome.ts'
import { Segments } from '../ui/choices.tsx'
import { Alert } from '../ui/notice.tsx'
import type { InvitationAnswer, InvitationStanding, Meeting } from '../../../protocol/meetings.ts'

const choices = [
  ['accepted', 'Yes'],
  ['tentative', 'Maybe'],
  ['declined', 'No'],
] as const

const said: Record<InvitationStanding, string> = {
  pending: '',
  accepted: 'Whoever invited you sees that you come.',
  tentative: 'Whoever invited you sees that you may come.',
  declined: 'Whoever invited you sees that you do not come.',
}

/** Whether one comes to a meeting that one is invited to: as oneself, or by the link that a mail brought (its code). */
export function Answer({
  meeting,
  code = null,
  answer,
  onAnswered,
}: {
  meeting: string
  code?: string | null
  answer: InvitationStanding
  onAnswered?: (meeting: Meeting) => void
}) {
  const [given, setGiven] = useState(answer)
  const [failure, setFailure] = useState<string | null>(null)
  // It may have been answered on another device.
  const [told, setTold] = useState(answer)
  if (told !== answer) {
    setTold(answer)
    setGiven(answer)
  }

  async function send(next: InvitationAnswer) {
    const body = { answer: next }
    if (code === null) onAnswered?.(await gate.api.call(answerInvitation, { params: { meeting }, body }))
    else await gate.api.call(answerMailedInvitation, { params: { code }, body })
  }

  async function give(next: InvitationAnswer) {
    const before = given
    setGiven(next)
    setFailure(null)
    const told = await outcome(send(next))
    if (told.ok) return
    setGiven(before)
    setFailure(sentence(told.failure))
  }

  return (
    <div className="grid gap-2">
      <Segments<InvitationStanding>
        choices={choices}
        chosen={given}
        legend="Do you come?"
        name={`answer-${meeting}`}
        onChoose={(next) => next !== 'pending' && void give(next)}
      />
      <p className="min-h-5 text-sm text-muted" role="status">
        {failure === null && said[given]}
      </p>
      {failure !== null && <Alert>{failure}</Alert>}
    </div>
  )
}
