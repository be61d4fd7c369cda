/** A message that is being replied to. */
export interface Quote {
  seq: number
  name: string
  text: string
}

/** The quoted message, always of the same height: it may be loaded later than what quotes it. */
export function QuoteBlock({ name, text }: { name: string; text: string }) {
  return (
    <span className="grid rounded-md border-s-3 border-petrol bg-ink/6 px-2 py-1 text-sm">
      <bdi className="truncate font-semibold">{name}</bdi>
      <span className="truncate opacity-80" dir="auto">
        {text}
      </span>
    </span>
  )
}
