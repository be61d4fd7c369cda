import { Fragment } from 'react'
import { linkify } from './linkify.ts'

/** The text of a message with its links. React nodes only: no HTML string is made anywhere. */
export function RichText({ text }: { text: string }) {
  return linkify(text).map((stretch, i) =>
    stretch.kind === 'text' ? (
      <Fragment key={i}>{stretch.text}</Fragment>
    ) : (
      <a
        className="underline decoration-1 underline-offset-2 [overflow-wrap:anywhere] hover:decoration-2"
        dir="ltr"
        href={stretch.href}
        key={i}
        rel="noopener noreferrer nofollow"
        target="_blank"
      >
        {stretch.text}
      </a>
    ),
  )
}
