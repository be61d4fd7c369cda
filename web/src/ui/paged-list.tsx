import { why } from '../why.ts'
import { Button } from './button.tsx'
import type { ReactNode } from 'react'
import type { Paged } from './use-paged.ts'

/** A list that comes page by page, with what stands in its place while there is nothing: loading, failed, empty. */
export function PagedList<T>({
  paged,
  label,
  empty,
  className = 'grid grid-cols-[minmax(0,1fr)] gap-1',
  children,
}: {
  paged: Paged<T>
  /** What the list is called. */
  label: string
  empty: ReactNode
  className?: string
  children: (item: T) => ReactNode
}) {
  const { items, failure, pending, more } = paged
  const shown = items ?? []
  return (
    <div aria-busy={pending || undefined} className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {items === null && failure === null && <Loading label={label} />}
      {items !== null &&
        (shown.length === 0 ? (
          <div className="py-6 text-center text-pretty text-muted">{empty}</div>
        ) : (
          <ul aria-label={label} className={className}>
            {shown.map(children)}
          </ul>
        ))}
      {failure !== null && (
        <div className="grid justify-items-center gap-3 py-3 text-center" role="alert">
          <p className="text-pretty text-muted">{why(failure)}</p>
          <Button look="quiet" onClick={shown.length > 0 && more ? paged.fetchMore : paged.reload}>
            Try again
          </Button>
        </div>
      )}
      {failure === null && more && (
        <Button className="justify-self-center" look="quiet" onClick={paged.fetchMore} pending={pending}>
          {pending ? 'Loading…' : 'Show more'}
        </Button>
      )}
    </div>
  )
}

function Loading({ label }: { label: string }) {
  return (
    <div aria-label={`Loading: ${label}`} className="breathing" role="status">
      {['w-40', 'w-28', 'w-36'].map((width) => (
        <div className="skeleton-line" key={width}>
          <i className="blob" />
          <div className="grid gap-2.5">
            <i className={`bar ${width}`} />
            <i className="bar w-20 opacity-60" />
          </div>
        </div>
      ))}
    </div>
  )
}
