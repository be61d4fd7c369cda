import { useId } from 'react'
import type { ComponentProps } from 'react'

/** A labelled field of several lines, with its error beside it. */
export function TextArea({
  label,
  error,
  hint,
  ...rest
}: Omit<ComponentProps<'textarea'>, 'id'> & { label: string; error?: string | undefined; hint?: string }) {
  const id = useId()
  const about = error ?? hint
  return (
    <div className="grid gap-1.5">
      <label className="text-sm font-medium" htmlFor={id}>
        {label}
      </label>
      <textarea
        aria-describedby={about === undefined ? undefined : `${id}-about`}
        aria-invalid={error !== undefined || undefined}
        className={`field-sizing-content max-h-60 min-h-20 w-full rounded-lg border bg-raised px-3 py-2 text-base leading-snug text-ink placeholder:text-muted sm:text-[0.9375rem] ${
          error === undefined ? 'border-line-strong' : 'border-danger'
        }`}
        dir="auto"
        id={id}
        {...rest}
      />
      {about !== undefined && (
        <p className={`text-sm ${error === undefined ? 'text-muted' : 'text-danger'}`} id={`${id}-about`}>
          {about}
        </p>
      )}
    </div>
  )
}
