/** Who touches nothing for so long has left the device alone: a page is read slowly, and a door is answered quickly. */
const idleAfterMs = 5 * 60_000
const signs = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'] as const

/** Says when the person has left the device alone, and when they are back. Answers how to stop. */
export function attendIdleness(look: (away: boolean) => void): () => void {
  let touchedAt = performance.now()
  let away = false
  let timer = setTimeout(check, idleAfterMs)

  function check() {
    const left = touchedAt + idleAfterMs - performance.now()
    if (left > 0) timer = setTimeout(check, left)
    else look((away = true))
  }

  function touched() {
    touchedAt = performance.now()
    if (!away) return
    look((away = false))
    timer = setTimeout(check, idleAfterMs)
  }

  for (const sign of signs) addEventListener(sign, touched, { passive: true, capture: true })
  return () => {
    clearTimeout(timer)
    for (const sign of signs) removeEventListener(sign, touched, { capture: true })
  }
}
