import { createServer, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { taken } from './ports.ts'

/** A fetch handler that answers on a port of 127.0.0.1. `close` ends open connections too. */
export type HttpServer = { url: string; close(): Promise<void> }

/** Serve a fetch handler. `variable` is the environment variable that moves the port, for the message when it is taken. */
export async function serve(
  port: number,
  variable: string,
  handle: (request: Request) => Promise<Response>,
): Promise<HttpServer> {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const response = await handle(requestOf(incoming, port))
      outgoing.statusCode = response.status
      outgoing.setHeaders(response.headers)
      if (response.body) await pipeline(Readable.fromWeb(response.body), outgoing)
      else outgoing.end()
    } catch (error) {
      // Where the caller went away nobody is left to answer, and nothing is wrong.
      if (!outgoing.destroyed) console.error(error)
      outgoing.destroy()
    }
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      failed(error.code === 'EADDRINUSE' ? taken(port, variable) : error),
    )
    server.listen(port, '127.0.0.1', listening)
  })
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

function requestOf(incoming: IncomingMessage, port: number): Request {
  const method = incoming.method ?? 'GET'
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers.set(name, `${value}`)
  const body = method === 'GET' || method === 'HEAD' ? null : (Readable.toWeb(incoming) as ReadableStream)
  const { host = `127.0.0.1:${port}` } = incoming.headers
  return new Request(`http://${host}${incoming.url ?? '/'}`, { method, headers, body, ...(body && { duplex: 'half' }) })
}
