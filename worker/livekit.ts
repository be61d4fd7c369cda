import type { Env } from './env.ts'

/** The LiveKit that carries sound and picture: as browsers reach it, as its API is asked, and its keys. */
export interface LiveKit {
  url: string
  apiUrl: string
  apiKey: string
  apiSecret: string
}

/** What the settings say of LiveKit; null where no call carries sound. */
export function livekitOf(env: Env): LiveKit | null {
  const { LIVEKIT_URL: url, LIVEKIT_API_URL, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret } = env
  if (!url || !apiKey || !apiSecret) return null
  // The API answers where the socket does: ws becomes http, and wss https.
  return { url, apiUrl: LIVEKIT_API_URL ?? url.replace(/^ws/, 'http'), apiKey, apiSecret }
}
