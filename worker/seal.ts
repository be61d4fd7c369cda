import { createHmac } from 'node:crypto'

/**
 * A text that only whoever knows both the words and the secret can read. Each key is made of both and seals one text.
 */
export async function seal(text: string, words: string, secret: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await keyOf(words, secret), Buffer.from(text))
  return Buffer.concat([iv, Buffer.from(sealed)]).toString('base64')
}

/** What `seal` was given. Throws when the words or the secret are others. */
export async function unseal(sealed: string, words: string, secret: string): Promise<string> {
  const bytes = Buffer.from(sealed, 'base64')
  const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, 12) }
  return Buffer.from(await crypto.subtle.decrypt(algorithm, await keyOf(words, secret), bytes.subarray(12))).toString()
}

async function keyOf(words: string, secret: string): Promise<CryptoKey> {
  const bytes = createHmac('sha256', secret).update(`parley:seal ${words}`).digest()
  return await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}
