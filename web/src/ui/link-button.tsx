import { Link } from 'wouter'
import type { ReactNode } from 'react'

const looks = {
  primary: 'bg-petrol font-semibold text-on-petrol hover:bg-petrol-strong',
  quiet: 'border border-line font-medium hover:bg-sunken',
}

/** A link that looks like the button of a page. */
export function LinkButton({
  href,
  look = 'primary',
  state,
  children,
}: {
  href: string
  look?: keyof typeof looks
  state?: unknown
  children: ReactNode
}) {
  return (
    <Link
      className={`inline-flex min-h-11 items-center justify-center rounded-lg px-4 ${looks[look]}`}
      href={href}
      state={state}
    >
      {children}
    </Link>
  )
}

/** A link within a text. */
export function TextLink({ href, state, children }: { href: string; state?: unknown; children: ReactNode }) {
  return (
    <Link className="font-medium text-petrol underline underline-offset-3" href={href} state={state}>
      {children}
    </Link>
  )
}
