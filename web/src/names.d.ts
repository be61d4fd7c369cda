/** One or two letters that stand for a name: of its first and its last word. */
export declare function initials(name: string): string
/** The look of a name, always the same for the same name: a hue and the cut of the flag. */
export declare function tone(name: string): {
  tone: number
  cut: number
}
