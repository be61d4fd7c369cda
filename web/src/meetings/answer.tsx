import { useState } from 'react'
import { answerInvitation } from '../../../protocol/endpoints/meeting-ways.ts'
import { gate } from '../gate.ts'
import { outcome, sentence } from '../outcome.ts'
import { Segments } from '../ui/choices.tsx'
import { Alert } from '../ui/notice.tsx'
import type { Meeting } from '../../../protocol/meetings.ts'

const choices = [
  ['accepted', 'Yes'],
  ['tentative', 'Maybe'],
  ['declined', 'No'],
] as const

type Given = (typeof choices)[number][0]

/** Whether one comes to a meeting that one is invited to. */
export function Answer({
  meeting,
  answer,
  onAnswered,
}: {
  meeting: string
  answer: NonNullable<Meeting['invitation']>
  onAnswered?: (meeting: Meeting) => void
}) {
  const [given, setGiven] = useState(answer)
  const [failure, setFailure] = useState<string | null>(null)

  async function give(next: Given) {
    const before = given
    setGiven(next)
    setFailure(null)
    const told = await outcome(gate.api.call(answerInvitation, { params: { meeting }, body: { answer: next } }))
    if (told.ok) return onAnswered?.(told.value)
    setGiven(before)
    setFailure(sentence(told.failure))
  }

  return (
    <div className="grid gap-2">
      <Segments<Given | 'pending'>
        choices={choices}
        chosen={given}
        legend="Do you come?"
        name={`answer-${meeting}`}
        onChoose={(next) => next !== 'pending' && void give(next)}
      />
      {failure !== null && <Alert>{failure}</Alert>}
    </div>
  )
}
