import { createHash, createHmac } from 'node:crypto'

/**
 * 128 bits that nobody guesses without the secret. A repeat of a request whose answer was lost has to tell the same code,
 * of which only a hash is kept.
 */
export function codeFor(command: string, secret: string): string {
  const digest = createHmac('sha256', secret).update(`parley:join-code ${command}`).digest()
  return digest.subarray(0, 16).toString('base64url')
}

/** What Postgres keeps of a code. */
export function codeHash(code: string): string {
  return createHash('sha256').update(code).digest('hex')
}
