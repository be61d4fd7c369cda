export type Level = 'info' | 'warn' | 'error'

/** One line of JSON. */
export function write(level: Level, fields: object): void {
  console[level](JSON.stringify({ level, ...fields }))
}

/** What failed and is tried again, or does without. */
export function warn(message: string): void {
  write('warn', { message: withoutSecrets(message) })
}

/** What somebody has to look at. */
export function fault(message: string): void {
  write('error', { message: withoutSecrets(message) })
}

/**
 * What may stand in the message of an error that came from elsewhere: addresses, tokens and keys, and what Postgres or Auth
 * quotes of a request.
 */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[token]')
    .replaceAll(/\bsb_(secret|publishable)_[\w-]+/g, '[key]')
    .replaceAll(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '[address]')
    .replaceAll(/\b[0-9a-f]{40,}\b/gi, '[secret]')
    .replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '"…"')
    .replaceAll(/'(?:[^'\\\n]|\\.){24,}'/g, "'…'")
}
