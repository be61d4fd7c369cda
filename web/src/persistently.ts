import { renewPage } from './renew.ts'

/**
 * Fetches a part of the page, however often the network fails meanwhile. A browser may remember that it could not have it,
 * and after a new version went out it is gone: once Parley answers and the part still does not come, the page is loaded anew.
 */
export async function persistently<Part>(load: () => Promise<Part>): Promise<Part> {
  let answered = false
  for (;;) {
    try {
      return await load()
    } catch {
      const again = answered
      answered = await answers()
      if (answered && !again) continue
      if (answered) renewPage()
      await later()
    }
  }
}

async function answers(): Promise<boolean> {
  try {
    return (await fetch('/', { method: 'HEAD', cache: 'no-store' })).ok
  } catch {
    return false
  }
}

async function later(): Promise<void> {
  await new Promise<void>((come) => {
    addEventListener('online', () => come(), { once: true })
    setTimeout(come, 10_000)
  })
}
