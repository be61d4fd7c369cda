import type { Snippet } from '../../../protocol/endpoints/search.ts'

/** A part of a message with the words that were looked for marked in it. */
export function Excerpt({ text, ranges }: Snippet) {
  const ends = [0, ...ranges.map(([, to]) => to)]
  return (
    <span className="line-clamp-3 break-words" dir="auto">
      {ranges.map(([from, to], index) => (
        <span key={from}>
          {text.slice(ends[index], from)}
          <mark className="rounded-sm bg-signal text-[#16242a]">{text.slice(from, to)}</mark>
        </span>
      ))}
      {text.slice(ends.at(-1))}
    </span>
  )
}
