import { Link } from 'wouter'
import { Hoist } from '../ui/flags.tsx'
import { Notice } from '../ui/notice.tsx'

/** A page that does not exist. */
export function NotFound() {
  return (
    <main className="h-dvh bg-canvas">
      <Notice
        action={
          <Link
            className="inline-flex min-h-10 items-center rounded-lg bg-petrol px-4 font-semibold text-on-petrol hover:bg-petrol-strong touch:min-h-11"
            href="/"
          >
            To your rooms
          </Link>
        }
        art={<Hoist />}
        level="h1"
        title="There is no page here"
      >
        The address may have been cut off on its way to you.
      </Notice>
    </main>
  )
}
