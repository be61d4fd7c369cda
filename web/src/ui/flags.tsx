import type { ReactNode } from 'react'

const blue = 'var(--flag-blue)'
const red = 'var(--flag-red)'
const black = 'var(--flag-black)'
const white = 'var(--flag-white)'
const yellow = 'var(--signal)'

/** The six letters of Parley in the international code of signals, each 24 by 24. */
const letters: Record<'P' | 'A' | 'R' | 'L' | 'E' | 'Y', ReactNode> = {
  P: (
    <>
      <path d="M0 0h24v24H0z" fill={blue} />
      <path d="M7 7h10v10H7z" fill={white} />
    </>
  ),
  A: (
    <>
      <path d="M0 0h12v24H0z" fill={white} />
      <path d="M12 0h12l-6 12 6 12H12z" fill={blue} />
    </>
  ),
  R: (
    <>
      <path d="M0 0h24v24H0z" fill={red} />
      <path d="M9.5 0h5v9.5H24v5h-9.5V24h-5v-9.5H0v-5h9.5z" fill={yellow} />
    </>
  ),
  L: (
    <>
      <path d="M0 0h24v24H0z" fill={yellow} />
      <path d="M12 0h12v12H0v12h12z" fill={black} />
    </>
  ),
  E: (
    <>
      <path d="M0 0h24v12H0z" fill={blue} />
      <path d="M0 12h24v12H0z" fill={red} />
    </>
  ),
  Y: (
    <>
      <path d="M0 0h24v24H0z" fill={yellow} />
      <path
        d="M4.8 0H9.6L0 9.6V4.8zM14.4 0H19.2L0 19.2V14.4zM24 0v4.8L4.8 24H0zM24 9.6v4.8L14.4 24H9.6zM24 19.2V24H19.2z"
        fill={red}
      />
    </>
  ),
}

type Letter = keyof typeof letters

/** The hoist P-A-R-L-E-Y: what Parley flies on its quiet pages. */
export function Hoist({ size = 28, word = 'PARLEY' }: { size?: number; word?: string }) {
  return (
    <div aria-hidden="true" className="flex gap-1.5">
      {Array.from(word, (letter, i) => (
        <svg className="rounded-[3px] shadow-lift" height={size} key={i} viewBox="0 0 24 24" width={size}>
          {letters[letter as Letter]}
          <path d="M.5.5h23v23H.5z" fill="none" stroke="var(--line)" />
        </svg>
      ))}
    </div>
  )
}
