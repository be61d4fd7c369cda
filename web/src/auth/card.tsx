import { Hoist } from '../ui/flags.tsx'
import { Mark } from '../ui/mark.tsx'
import type { ReactNode } from 'react'

/** The page around a form: the mark above it, the hoist below. */
export function Card({
  title,
  lead,
  children,
  foot,
}: {
  title: string
  lead?: ReactNode
  children?: ReactNode
  foot?: ReactNode
}) {
  return (
    <main className="thin-scroll h-dvh bg-surface sm:bg-canvas">
      <div className="mx-auto grid min-h-full max-w-[26rem] grid-cols-[minmax(0,1fr)] grid-rows-[1fr_auto_1.4fr] px-5 py-8">
        <div className="flex items-end justify-between pb-6">
          <span className="flex items-center gap-2.5">
            <Mark size={32} />
            <span className="text-xl font-bold tracking-tight">Parley</span>
          </span>
          <span className="max-[24rem]:hidden">
            <Hoist size={18} />
          </span>
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6 rounded-2xl bg-surface sm:border sm:border-line sm:p-7 sm:shadow-lift">
          <div className="grid gap-1.5">
            <h1 className="text-2xl font-bold tracking-tight text-balance outline-none" tabIndex={-1}>
              {title}
            </h1>
            {lead !== undefined && <p className="text-pretty text-muted">{lead}</p>}
          </div>
          {children}
        </div>
        <div className="pt-5 text-sm text-muted">{foot}</div>
      </div>
    </main>
  )
}
