import type { ReactNode } from 'react'

/** The shape of a room that has not answered yet. */
export function RoomSkeleton({ children }: { children?: ReactNode }) {
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-16 flex-none items-center gap-3 border-b border-line bg-surface px-4">
        <i className="blob size-9! rounded-xl!" />
        <i className="bar w-32" />
      </div>
      {children}
      <div
        aria-label="Loading the room"
        className="breathing mx-auto flex w-full max-w-[52rem] flex-1 flex-col justify-end gap-3 p-4"
        role="status"
      >
        {['w-52', 'w-72', 'w-40'].map((width) => (
          <div className={`h-11 max-w-full rounded-2xl bg-line/60 ${width}`} key={width} />
        ))}
        <div className="h-11 w-60 self-end rounded-2xl bg-line/60" />
        <div className="h-11 w-44 rounded-2xl bg-line/60" />
      </div>
      <div className="h-18 flex-none border-t border-line bg-surface" />
    </div>
  )
}
