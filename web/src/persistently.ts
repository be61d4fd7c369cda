/** Fetches a part of the page that nobody waits for, however often the network fails meanwhile. */
export async function persistently<Part>(load: () => Promise<Part>): Promise<Part> {
  for (;;) {
    try {
      return await load()
    } catch {
      await new Promise<void>((later) => {
        addEventListener('online', () => later(), { once: true })
        setTimeout(later, 10_000)
      })
    }
  }
}
