/** The direction of a text by its first letter, as `dir="auto"` decides it; null when it has no letters. */
export declare function direction(text: string): 'ltr' | 'rtl' | null
