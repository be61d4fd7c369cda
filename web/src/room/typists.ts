const list = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' })

/** The line that says who is writing; three names at most, empty when nobody is. */
export function typists(names: readonly string[]): string {
  if (names.length === 0) return ''
  if (names.length > 3) return 'Several people are writing…'
  return `${list.format(names)} ${names.length === 1 ? 'is' : 'are'} writing…`
}
