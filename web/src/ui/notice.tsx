import type { ReactNode } from 'react'

/** What a pane shows instead of its content: nothing there yet, or a reason why not, and one thing to do. */
export function Notice({
  art,
  title,
  children,
  action,
  level: Heading = 'h2',
}: {
  art?: ReactNode
  title: string
  children?: ReactNode
  action?: ReactNode
  /** `h1` where it is all that the page says. */
  level?: 'h1' | 'h2'
}) {
  return (
    <div className="grid h-full place-content-center justify-items-center gap-3 p-6 text-center">
      {art !== undefined && <div className="mb-2">{art}</div>}
      <Heading className="text-lg font-semibold tracking-tight text-balance">{title}</Heading>
      {children !== undefined && <div className="max-w-[38ch] text-pretty text-muted">{children}</div>}
      {action !== undefined && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

/** An error above a form or a list; read aloud when it appears. */
export function Alert({ children }: { children: ReactNode }) {
  return (
    <div className="flex items-start gap-2 rounded-lg bg-danger-soft px-3 py-2.5 text-sm text-danger" role="alert">
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  )
}
