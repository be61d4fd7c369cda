import { Card } from '../auth/card.tsx'
import { Button } from '../ui/button.tsx'
import { LinkButton } from '../ui/link-button.tsx'
import { titleOf, type Facts } from './facts.ts'
import { words, type Outside } from './standing-words.ts'

/** Where someone stands who is not let in, and what they can do about it. */
export function Refused({
  facts,
  standing,
  signedIn,
  pending,
  onRetry,
}: {
  facts: Facts
  standing: Outside
  signedIn: boolean
  pending: boolean
  onRetry: () => void
}) {
  const [title, text] = words(standing, facts.host)
  const again = retries(standing)
  return (
    <Card
      lead={
        <>
          <bdi className="font-semibold text-ink">{titleOf(facts)}</bdi>. {text}
        </>
      }
      title={title}
    >
      <div className="grid gap-2">
        {again !== null && (
          <Button className="min-h-11" onClick={onRetry} pending={pending}>
            {again}
          </Button>
        )}
        {signedIn ? (
          <LinkButton href="/" look="quiet">
            To your rooms
          </LinkButton>
        ) : (
          <LinkButton href="/sign-up" look="quiet">
            Make an account
          </LinkButton>
        )}
      </div>
    </Card>
  )
}

function retries(standing: Outside): string | null {
  switch (standing) {
    case 'locked':
    case 'full':
      return 'Try again'
    case 'denied':
    case 'ejected':
      return 'Knock again'
    case 'waiting':
    case 'early':
    case 'over':
    case 'outside':
      return null
  }
}
