import { convertV4MiniflareOptions, Miniflare } from 'miniflare'

/**
 * The peer of the room bench: the least that one can write with a Durable Object. It sends what it hears to everyone,
 * at once, and keeps, checks and acknowledges nothing.
 */
const script = `
import { DurableObject } from 'cloudflare:workers'
export class Bare extends DurableObject {
  fetch() {
    const [client, server] = Object.values(new WebSocketPair())
    this.ctx.acceptWebSocket(server)
    return new Response(null, { status: 101, webSocket: client })
  }
  webSocketMessage(_, text) {
    for (const socket of this.ctx.getWebSockets()) socket.send(text)
  }
}
export default {
  fetch(request, env) {
    return env.BARE.get(env.BARE.idFromName('room')).fetch(request)
  },
}
`

export async function startBare(): Promise<{ url: string; stop(): Promise<void> }> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: 'bare',
          compatibilityDate: '2026-10-15',
          compatibilityFlags: ['no_web_socket_compression'],
          modules: [{ type: 'ESModule', path: 'index.js', contents: script }],
          durableObjects: { BARE: { className: 'Bare', useSQLite: true } },
        },
      ],
    }),
  )
  const url = await miniflare.ready
  return { url: `${url.origin}/socket`, stop: () => miniflare.dispose() }
}
