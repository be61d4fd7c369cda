import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { Advice } from './advice.ts'

/** A port of 127.0.0.1 that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  return listenOnce(0)
}

/** Throw Advice when somebody uses a port; `variable` is the environment variable that chooses another. */
export async function assertFree(port: number, variable: string): Promise<void> {
  try {
    await listenOnce(port)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw taken(port, variable)
    if (code === 'EACCES') throw new Advice(`This user may not open port ${port}. Choose another with ${variable}.`)
    throw error
  }
}

/** What to do about a port that is in use. */
export function taken(port: number, variable: string): Advice {
  return new Advice(
    `Port ${port} is taken. Stop what uses it, or choose another port:  ${variable}=${port + 10000 > 65535 ? port - 10000 : port + 10000} npm start`,
  )
}

/** As assertFree, for a port of UDP. */
export async function assertFreeUdp(port: number, variable: string): Promise<void> {
  try {
    await bindOnce(port)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? taken(port, variable) : error
  }
}

/** A UDP port of 127.0.0.1 that nobody uses at this moment. */
export async function freeUdpPort(): Promise<number> {
  return bindOnce(0)
}

async function bindOnce(port: number): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((bound, failed) => {
    socket.once('error', failed)
    socket.bind(port, '127.0.0.1', bound)
  })
  const { port: found } = socket.address()
  await new Promise<void>((closed) => socket.close(closed))
  return found
}

async function listenOnce(port: number): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', listening)
  })
  const address = server.address()
  await new Promise((closed) => server.close(closed))
  return typeof address === 'object' && address ? address.port : port
}
