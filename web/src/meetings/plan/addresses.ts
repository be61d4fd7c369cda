/** The e-mail addresses in a text in which they stand as people write lists, and what of it is none. */
export function addressesIn(text: string): { emails: string[]; wrong: string[] } {
  const words = text
    .split(/[\s,;]+/)
    .map((word) => word.replace(/^<|>$/g, ''))
    .filter((word) => word !== '')
  const isAddress = (word: string) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(word)
  return { emails: [...new Set(words.filter(isAddress))], wrong: words.filter((word) => !isAddress(word)) }
}
