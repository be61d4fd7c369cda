import { useEffect, useRef, type ReactNode } from 'react'

/** What came of a form, in its place: it takes the focus, for the button that had it is gone. */
export function Done({ children }: { children: ReactNode }) {
  const said = useRef<HTMLParagraphElement>(null)
  useEffect(() => said.current?.focus(), [])
  return (
    <p className="text-pretty outline-none" ref={said} role="status" tabIndex={-1}>
      {children}
    </p>
  )
}
