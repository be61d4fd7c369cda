import { type ChildProcess, spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'

/** A program that a test runs: what it said so far, and what became of it. */
export type Program = {
  child: ChildProcess
  said: () => string
  /** Resolves when the output holds `text`. */
  says: (text: string) => Promise<void>
  ended: Promise<{ code: number | null; said: string }>
}

/** Run node with these arguments; it is ended with the test. */
export function run(args: string[], env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  const waiting: { text: string; heard: () => void }[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk
      for (const { text, heard } of waiting) if (said.includes(text)) heard()
    })
  }
  const ended = new Promise<{ code: number | null; said: string }>((settle) => {
    child.once('close', (code) => settle({ code, said }))
  })
  return {
    child,
    ended,
    said: () => said,
    async says(text) {
      if (said.includes(text)) return
      const heard = new Promise<void>((settle) => waiting.push({ text, heard: settle }))
      const early = ended.then(() => {
        throw new Error(`The program ended without saying "${text}". It said:\n${said}`)
      })
      await Promise.race([heard, early])
    },
  }
}
