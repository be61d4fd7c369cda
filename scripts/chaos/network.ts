import { connect, createServer, type Socket } from 'node:net'
import type { Random } from '../seed/random.ts'

/** The network between the clients and workerd: a few milliseconds long each way, and it breaks. */
export interface Network {
  url: string
  /** Everything that is connected breaks, and what is under way is lost. Answers how many connections there were. */
  cut(): number
  close(): Promise<void>
}

const shortestMs = 2
const longestMs = 12

/** Lays a network from a port of 127.0.0.1 to another one. */
export async function layNetwork(port: number, to: number, random: Random): Promise<Network> {
  const ends = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    const delayMs = shortestMs + random.below(longestMs - shortestMs + 1)
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      ends.add(one)
      one.setNoDelay(true)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        ends.delete(one)
        // What was sent before the end arrives before it.
        setTimeout(() => other.destroy(), delayMs + 1)
      })
      one.on('end', () => setTimeout(() => other.end(), delayMs + 1))
      one.on('data', (chunk) => {
        setTimeout(() => {
          if (other.writable && !other.write(chunk)) {
            one.pause()
            other.once('drain', () => one.resume())
          }
        }, delayMs)
      })
    }
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', listening)
  })
  const cut = () => {
    const connections = ends.size / 2
    for (const end of ends) end.destroy()
    return connections
  }
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        cut()
      }),
  }
}
