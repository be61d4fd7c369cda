import { useId } from 'react'
import type { ReactNode } from 'react'

/** One of a few, side by side. */
export function Segments<Value extends string>({
  legend,
  name,
  choices,
  chosen,
  bare = false,
  onChoose,
}: {
  legend: string
  name: string
  choices: readonly (readonly [value: Value, label: string])[]
  chosen: Value
  /** Only a screen reader hears the legend. */
  bare?: boolean
  onChoose: (value: Value) => void
}) {
  return (
    <fieldset className="grid gap-2">
      <legend className={bare ? 'sr-only' : 'mb-2 text-sm font-medium'}>{legend}</legend>
      <div className="grid grid-flow-col auto-cols-fr gap-1 rounded-xl bg-sunken p-1">
        {choices.map(([value, label]) => (
          <label
            className="grid min-h-9 cursor-pointer place-items-center rounded-lg px-1.5 text-center text-sm leading-tight text-muted has-checked:bg-raised has-checked:font-semibold has-checked:text-ink has-checked:shadow-lift has-focus-visible:outline-2 has-focus-visible:outline-petrol touch:min-h-11"
            key={value}
          >
            <input
              checked={chosen === value}
              className="sr-only"
              name={name}
              onChange={() => onChoose(value)}
              type="radio"
              value={value}
            />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** On or off. */
export function Switch({
  label,
  hint,
  on,
  disabled = false,
  onChange,
}: {
  label: string
  hint?: string
  on: boolean
  disabled?: boolean
  onChange: (on: boolean) => void
}) {
  const id = useId()
  return (
    <div className="flex items-start gap-4">
      <div className="min-w-0 flex-1">
        <label className="font-medium" htmlFor={id}>
          {label}
        </label>
        {hint !== undefined && (
          <p className="text-sm text-pretty text-muted" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
      <input
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        checked={on}
        className="switch"
        disabled={disabled}
        id={id}
        onChange={(event) => onChange(event.target.checked)}
        role="switch"
        type="checkbox"
      />
    </div>
  )
}

/** One of several, in a field that opens. */
export function Choice({
  label,
  hint,
  value,
  onChange,
  children,
}: {
  label: string
  hint?: string
  value: string
  onChange: (value: string) => void
  children: ReactNode
}) {
  const id = useId()
  return (
    <div className="grid gap-1.5">
      <label className="text-sm font-medium" htmlFor={id}>
        {label}
      </label>
      <select
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="min-h-11 w-full rounded-lg border border-line-strong bg-raised px-3 text-base text-ink sm:text-[0.9375rem]"
        id={id}
        onChange={(event) => onChange(event.target.value)}
        value={value}
      >
        {children}
      </select>
      {hint !== undefined && (
        <p className="text-sm text-muted" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}
