import type { ComponentProps } from 'react'

const looks = {
  primary:
    'bg-petrol text-on-petrol hover:bg-petrol-strong disabled:opacity-60 font-semibold px-4 min-h-10 touch:min-h-11 rounded-lg',
  destroy:
    'bg-danger text-on-danger hover:brightness-90 disabled:opacity-60 font-semibold px-4 min-h-10 touch:min-h-11 rounded-lg',
  quiet:
    'bg-transparent text-ink border border-line hover:bg-sunken disabled:opacity-60 font-medium px-4 min-h-10 touch:min-h-11 rounded-lg',
  link: 'text-petrol underline decoration-1 underline-offset-3 hover:decoration-2 font-medium min-h-6 touch:min-h-11 rounded-sm',
  danger:
    'text-danger underline decoration-1 underline-offset-3 hover:decoration-2 font-medium min-h-6 touch:min-h-11 rounded-sm',
}

/** A button with words on it. While `pending` it keeps its place and its focus, and does nothing. */
export function Button({
  look = 'primary',
  pending = false,
  className = '',
  children,
  onClick,
  ...rest
}: ComponentProps<'button'> & { look?: keyof typeof looks; pending?: boolean }) {
  return (
    <button
      aria-busy={pending || undefined}
      aria-disabled={pending || undefined}
      className={`inline-flex items-center justify-center gap-2 ${looks[look]} ${className}`}
      onClick={pending ? (event) => event.preventDefault() : onClick}
      type="button"
      {...rest}
    >
      {pending && <Turning />}
      {children}
    </button>
  )
}

/** A square button that holds only an icon; `label` is its name. */
export function IconButton({ label, className = '', ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      aria-label={label}
      className={`grid size-9 flex-none place-items-center rounded-lg text-muted hover:bg-sunken hover:text-ink touch:size-11 ${className}`}
      title={label}
      type="button"
      {...rest}
    />
  )
}

/** The small ring of something under way. */
export function Turning() {
  return (
    <span
      aria-hidden="true"
      className="turning inline-block size-4 flex-none rounded-full border-2 border-current border-e-transparent"
    />
  )
}
