import { Card } from '../auth/card.tsx'
import { withNext } from '../next-path.ts'
import { Button } from '../ui/button.tsx'
import { LinkButton } from '../ui/link-button.tsx'
import { why } from '../why.ts'
import type { Failure } from '../outcome.ts'

/** A meeting that cannot be shown: there is none, the link is over, it is for others, or nobody answers. */
export function Unavailable({
  failure,
  link,
  here,
  onRetry,
}: {
  failure: Failure
  /** They came by a link. */
  link: boolean
  here: string
  onRetry: () => void
}) {
  const [title, lead, way] = explain(failure, link)
  return (
    <Card lead={lead} title={title}>
      {way === 'retry' ? (
        <Button className="min-h-11" onClick={onRetry}>
          Try again
        </Button>
      ) : way === 'sign_in' ? (
        <LinkButton href={withNext('/sign-in', here)}>Sign in</LinkButton>
      ) : (
        <LinkButton href="/" look="quiet">
          To your rooms
        </LinkButton>
      )}
    </Card>
  )
}

function explain(failure: Failure, link: boolean): [title: string, lead: string, way: 'home' | 'retry' | 'sign_in'] {
  switch (failure.kind) {
    case 'link_over':
      return ['This link is over', failure.detail ?? 'It has expired or was withdrawn. Ask for a new one.', 'home']
    case 'not_found':
    case 'invalid_request':
      return link
        ? ['This link is unknown', 'The address may have been cut off on its way to you. Ask for it again.', 'home']
        : ['There is no such meeting for you', 'It may be gone, or you are not invited. Ask for a link to it.', 'home']
    case 'sign_in':
      return [
        'Sign in to join',
        'This address is for members and invited people. Or ask for a link to the meeting.',
        'sign_in',
      ]
    default:
      return ['The meeting cannot be opened now', why(failure), 'retry']
  }
}
