import { persistently } from '../persistently.ts'

let asked: ReturnType<typeof load> | null = null

/** Fetches the pages before one is inside. Asked for once, however often it is called. */
export function loadDoor(): ReturnType<typeof load> {
  asked ??= load()
  return asked
}

async function load() {
  const { Door } = await persistently(() => import('./door.tsx'))
  return { default: Door }
}
