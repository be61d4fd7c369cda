import { persistently } from '../persistently.ts'

let asked: ReturnType<typeof load> | null = null

/** Fetches the rooms' part of the page, which nobody needs to sign in. Asked for once, however often it is called. */
export function loadShell(): ReturnType<typeof load> {
  asked ??= load()
  return asked
}

async function load() {
  const { Shell, parts } = await persistently(() => import('./shell.tsx'))
  return { default: Shell, parts }
}
