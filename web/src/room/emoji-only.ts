const onlyEmoji = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\uFE0F?|\s)+$/v
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Whether a text is nothing but one to six emoji: such a message is shown large. */
export function emojiOnly(text: string): boolean {
  // 120 units: six of the longest sequences there are, with room to spare.
  if (text.length > 120 || !onlyEmoji.test(text)) return false
  let n = 0
  for (const { segment } of graphemes.segment(text)) if (segment.trim() !== '') n++
  return n >= 1 && n <= 6
}
