const list = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' })

/**
 * The line that says who is writing; three names at most, empty when nobody is. `count` is how many write where they
 * are too many to be told by name.
 */
export function typists(names: readonly string[], count: number = names.length): string {
  if (names.length > 0 && names.length <= 3 && count <= names.length)
    return `${list.format(names)} ${names.length === 1 ? 'is' : 'are'} writing…`
  const many = Math.max(count, names.length)
  if (many === 0) return ''
  return many === 1 ? 'Someone is writing…' : `${many.toLocaleString('en')} people are writing…`
}
