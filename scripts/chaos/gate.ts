import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** What the gate does to the requests that come now. */
export type Weather = 'well' | 'slow' | 'failing' | 'hanging' | 'losing'

/** What came of the requests: how many were let through and answered well, and how many met which fault. */
export interface Passed {
  well: number
  /** The Data API itself answered 5xx or not at all. */
  away: number
  slow: number
  failed: number
  held: number
  lost: number
}

/** The one way from workerd to the Data API, where answers are slow, wrong, lost, or never come. */
export interface Gate {
  url: string
  weather: Weather
  passed: Passed
  /** Ends what hangs: whoever still waits is cut off. */
  release(): void
  close(): Promise<void>
}

const slowMs = 2_000

/** Opens a gate on a port of 127.0.0.1, before the address in `behind`. */
export async function openGate(port: number, behind: string): Promise<Gate> {
  const held = new Set<ServerResponse>()
  const passed: Passed = { well: 0, away: 0, slow: 0, failed: 0, held: 0, lost: 0 }
  const server = createServer((incoming, outgoing) => {
    outgoing.on('close', () => held.delete(outgoing))
    outgoing.on('error', () => {})
    void pass(incoming, outgoing).catch(() => outgoing.destroy())
  })

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const { weather } = gate
    if (weather === 'hanging') {
      passed.held++
      held.add(outgoing)
      return
    }
    if (weather === 'failing') {
      passed.failed++
      outgoing.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"Something broke."}')
      return
    }
    if (weather === 'slow') {
      passed.slow++
      await new Promise((later) => setTimeout(later, slowMs))
    }
    const answer = await ask(incoming, body)
    if (answer === null || answer.status >= 500) passed.away++
    else if (weather === 'losing') passed.lost++
    else passed.well++
    if (answer === null || weather === 'losing') return void outgoing.destroy()
    outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  }

  function ask(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer } | null> {
    const { method, url = '/', headers } = incoming
    return new Promise((answered) => {
      const asking = request(`${behind}${url}`, { method, headers, agent: false }, (answer) => {
        const { statusCode: status = 502, headers: own } = answer
        delete own['transfer-encoding']
        delete own['content-length']
        delete own.connection
        buffer(answer).then(
          (read) => answered({ status, headers: own, body: read }),
          () => answered(null),
        )
      })
      asking.on('error', () => answered(null))
      asking.end(body)
    })
  }

  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', listening)
  })
  const gate: Gate = {
    ...{ url: `http://127.0.0.1:${port}`, weather: 'well', passed },
    release() {
      for (const outgoing of held) outgoing.destroy()
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
  return gate
}
