import { TextLink } from '../ui/link-button.tsx'
import type { Failure } from '../outcome.ts'

/** Where the account of who comes in is being deleted: the way to how far that is. */
export function Closing({ failure }: { failure: Failure }) {
  if (failure.kind !== 'account_closing') return null
  return (
    <>
      {' '}
      <TextLink href="/account-deleted">See how far that is</TextLink>
    </>
  )
}
