import { initials, tone } from '../names.ts'

const sizes = {
  small: 'size-7 text-[0.6875rem]',
  medium: 'size-9 text-xs',
  large: 'size-11 text-[0.9375rem]',
  huge: 'size-16 text-xl',
  giant: 'size-24 text-3xl',
}

/** Initials on the flag of a name. People are round, rooms are square. Decoration: the name stands beside it. */
export function Avatar({ name, shape, size }: { name: string; shape: 'person' | 'room'; size: keyof typeof sizes }) {
  const look = tone(name)
  return (
    <span
      aria-hidden="true"
      className={`avatar grid flex-none place-items-center font-semibold tracking-tight select-none ${sizes[size]} ${
        shape === 'person' ? 'rounded-full' : 'rounded-[28%]'
      }`}
      data-cut={look.cut}
      data-tone={look.tone}
    >
      {initials(name)}
    </span>
  )
}
