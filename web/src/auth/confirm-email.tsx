import { Link } from 'wouter'
import { withNext } from '../next-path.ts'
import { Card } from './card.tsx'

/** The account waits for the link in a mail. */
export function ConfirmEmail({ email, next }: { email: string; next: string }) {
  return (
    <Card
      foot="No mail after a few minutes? Look in the spam folder."
      lead={
        <span role="status">
          We sent a link to <bdi className="font-semibold break-all text-ink">{email}</bdi>. Open it, then come back and
          sign in.
        </span>
      }
      title="Confirm your e-mail"
    >
      <Link
        className="inline-flex min-h-11 items-center justify-center rounded-lg bg-petrol px-4 font-semibold text-on-petrol hover:bg-petrol-strong"
        href={withNext('/sign-in', next)}
      >
        I have confirmed it
      </Link>
    </Card>
  )
}
