import { useId, useState } from 'react'
import { Icon } from './icon.tsx'
import type { ComponentProps } from 'react'

/** A labelled input with its error beside it. */
export function Field({
  label,
  error,
  hint,
  type = 'text',
  className = '',
  ...rest
}: Omit<ComponentProps<'input'>, 'id'> & { label: string; error?: string | undefined; hint?: string }) {
  const id = useId()
  const [shown, setShown] = useState(false)
  const secret = type === 'password'
  return (
    <div className="grid gap-1.5">
      <label className="text-sm font-medium" htmlFor={id}>
        {label}
      </label>
      <div className="relative">
        <input
          aria-describedby={error !== undefined || hint !== undefined ? `${id}-about` : undefined}
          aria-invalid={error !== undefined || undefined}
          className={`min-h-11 w-full rounded-lg border bg-raised px-3 text-base text-ink ${secret ? 'pe-12' : ''} ${
            error === undefined ? 'border-line-strong' : 'border-danger'
          } ${className}`}
          id={id}
          type={secret && shown ? 'text' : type}
          {...rest}
        />
        {secret && (
          <button
            aria-pressed={shown}
            aria-label="Show the password"
            className="absolute inset-y-0 end-0 grid w-11 place-items-center rounded-lg text-muted hover:text-ink"
            onClick={() => setShown(!shown)}
            title={shown ? 'Hide the password' : 'Show the password'}
            type="button"
          >
            <span className={shown ? 'text-petrol' : ''}>
              <Icon name="eye" />
            </span>
          </button>
        )}
      </div>
      {(error !== undefined || hint !== undefined) && (
        <p className={`text-sm ${error === undefined ? 'text-muted' : 'text-danger'}`} id={`${id}-about`}>
          {error ?? hint}
        </p>
      )}
    </div>
  )
}
