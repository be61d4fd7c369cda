/** The e-mail addresses in a text in which they stand as people write lists, with names before them or without, and what of it is none. */
export function addressesIn(text: string): { emails: string[]; wrong: string[] } {
  const words = text
    .replace(/"[^"\n]*"\s*(?=<)/g, '')
    .replace(/[^,;<>\n]*<([^<>]*)>/g, ' $1 ')
    .split(/[\s,;]+/)
    .filter((word) => word !== '')
  const isAddress = (word: string) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(word)
  return { emails: [...new Set(words.filter(isAddress))], wrong: words.filter((word) => !isAddress(word)) }
}
