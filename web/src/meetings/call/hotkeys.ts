/** What a single key does in a meeting. */
export const keys = {
  m: 'Turn the microphone on or off',
  v: 'Turn the camera on or off',
  s: 'Share the screen, or stop',
  h: 'Raise the hand, or take it down',
  c: 'Open or close the chat',
  p: 'Open or close the list of people',
  l: 'Change the layout',
  '?': 'Show these keys',
} as const

const typing = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog, [role=menu]'

export type Key = keyof typeof keys

const off = 'parley.keys-off'

/** Whether single keys do something: whoever speaks to their computer, or touches keys by accident, turns them off. */
export function keysAreOn(): boolean {
  try {
    return localStorage.getItem(off) === null
  } catch {
    return true
  }
}

export function turnKeys(on: boolean): void {
  try {
    if (on) localStorage.removeItem(off)
    else localStorage.setItem(off, 'yes')
  } catch {
    // Storage is closed to this page, which keeps nothing then.
  }
}

/** The key of an event that is meant for the meeting: none that is typed into something, or that is part of a chord. */
export function keyOf(event: KeyboardEvent): Key | null {
  if (event.repeat || isOthers(event, typing) || !keysAreOn()) return null
  const key = event.key.toLowerCase()
  return key in keys ? (key as Key) : null
}

/** Whether an event is Space where it does nothing else: it presses buttons, and scrolls what has the focus. */
export function isSpace(event: KeyboardEvent): boolean {
  return event.key === ' ' && keysAreOn() && !isOthers(event, `${typing}, input, button, a, summary, [tabindex="0"]`)
}

function isOthers({ ctrlKey, metaKey, altKey, isComposing, target }: KeyboardEvent, whose: string): boolean {
  if (ctrlKey || metaKey || altKey || isComposing) return true
  return target instanceof Element && target.closest(whose) !== null
}
