/** Fetches what goes on around list and room, however often the network fails meanwhile. */
export async function loadAttendant() {
  for (;;) {
    try {
      const { Attendant } = await import('./attendant.tsx')
      return { default: Attendant }
    } catch {
      await new Promise<void>((later) => {
        addEventListener('online', () => later(), { once: true })
        setTimeout(later, 10_000)
      })
    }
  }
}
