const rtl = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u
const letter = /\p{L}/u

/** The direction of a text by its first letter, as `dir="auto"` decides it; null when it has no letters. */
export function direction(text: string): 'ltr' | 'rtl' | null {
  const first = letter.exec(text)?.[0]
  return first === undefined ? null : rtl.test(first) ? 'rtl' : 'ltr'
}
