import { useState } from 'react'
import { createLink } from '../../../protocol/endpoints/links.ts'
import { gate } from '../gate.ts'
import { outcome } from '../outcome.ts'
import { why } from '../why.ts'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/choices.tsx'
import { Alert } from '../ui/notice.tsx'
import { lifetimes } from './lifetimes.ts'
import { MadeLink } from './made-link.tsx'
import type { JoinLink } from '../../../protocol/api.ts'
import type { Failure } from '../outcome.ts'

const counts = [null, 1, 5, 10, 25, 100]

/** Makes a join link as it is wanted, and hands it over. */
export function LinkMaker({ room, name, onMade }: { room: string; name: string; onMade?: (link: JoinLink) => void }) {
  const [seconds, setSeconds] = useState<number | null>(7 * 86_400)
  const [uses, setUses] = useState<number | null>(null)
  const [made, setMade] = useState<JoinLink | null>(null)
  const [pending, setPending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)

  async function make() {
    setPending(true)
    setFailure(null)
    const body = { expiresInSeconds: seconds, ...(uses !== null && { maxUses: uses }) }
    const answer = await outcome(gate.api.call(createLink, { params: { room }, body }))
    setPending(false)
    if (!answer.ok) return setFailure(answer.failure)
    setMade(answer.value)
    onMade?.(answer.value)
  }

  if (made !== null) {
    return (
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <MadeLink link={made} name={name} uses={uses} />
        <Button className="justify-self-start" look="link" onClick={() => setMade(null)}>
          Make another link
        </Button>
      </div>
    )
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="grid grid-cols-2 gap-3 max-[22rem]:grid-cols-1">
        <Choice
          label="It works for"
          onChange={(value) => setSeconds(value === 'null' ? null : Number(value))}
          value={String(seconds)}
        >
          {lifetimes.map(([words, value]) => (
            <option key={words} value={String(value)}>
              {words}
            </option>
          ))}
        </Choice>
        <Choice
          label="It lets in"
          onChange={(value) => setUses(value === 'null' ? null : Number(value))}
          value={String(uses)}
        >
          {counts.map((count) => (
            <option key={String(count)} value={String(count)}>
              {count === null ? 'Anyone' : count === 1 ? '1 person' : `${count} people`}
            </option>
          ))}
        </Choice>
      </div>
      {failure !== null && <Alert>{why(failure)}</Alert>}
      <Button onClick={() => void make()} pending={pending}>
        {pending ? 'Making the link…' : 'Make a link'}
      </Button>
    </div>
  )
}
