import { Mark } from '../ui/mark.tsx'
import type { ReactNode } from 'react'

/** The page before a meeting: the picture of oneself beside what there is to do. */
export function StagePage({ picture, children }: { picture: ReactNode; children: ReactNode }) {
  return (
    <main className="thin-scroll h-dvh bg-canvas">
      <div className="mx-auto grid min-h-full max-w-[64rem] grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr] gap-4 p-4 sm:p-8">
        <p className="flex items-center gap-2.5 text-lg font-bold tracking-tight">
          <Mark size={28} />
          Parley
        </p>
        <div className="grid grid-cols-[minmax(0,1fr)] content-start items-start gap-6 md:grid-cols-[minmax(0,3fr)_minmax(0,2fr)] md:content-center md:items-center lg:gap-10">
          {picture}
          <div className="grid grid-cols-[minmax(0,1fr)] gap-5">{children}</div>
        </div>
      </div>
    </main>
  )
}
