/** So long between two words about who speaks: a lively talk would drown everything else that is read aloud. */
const quietMs = 5_000

/** What a screen reader was last told. */
export interface Told {
  name: string
  at: number
}

/** What to tell now that these speak; null: nothing new, or too soon. Nobody needs to hear that they speak themself. */
export function toTell(speaking: readonly string[], told: Told | null, now: number): Told | null {
  const [name] = speaking
  if (name === undefined) return null
  if (told !== null && (told.name === name || now - told.at < quietMs)) return null
  return { name, at: now }
}
