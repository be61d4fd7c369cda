/**
 * Characters that take no room on the screen: direction marks, embeddings, isolates and the byte order mark. WhatsApp puts
 * them around what it writes itself (dates, names, notices); inside a person's text they belong to the text.
 */
const marks = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

const oddSpaces = /[\u00a0\u2007\u2009\u202f]/g

/** The text without any invisible mark. */
export function withoutMarks(text: string): string {
  return text.replace(marks, '')
}

/** Whether this UTF-16 unit is an invisible mark. */
export function isMark(unit: number): boolean {
  return (
    unit === 0x200e ||
    unit === 0x200f ||
    (unit >= 0x202a && unit <= 0x202e) ||
    (unit >= 0x2066 && unit <= 0x2069) ||
    unit === 0xfeff
  )
}

/** The text with every kind of unbreakable or narrow space as a plain one. */
export function plainSpaces(text: string): string {
  return text.replace(oddSpaces, ' ')
}
