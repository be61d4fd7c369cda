import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { protocolVersion } from '../../protocol/version.ts'
import type { Account } from './people.ts'

/** Someone whose socket is open and who reads nothing of what it is told. */
export interface DeafReader {
  /** Reads at last. Answers how many bytes had been waiting, and whether the room had closed the socket meanwhile. */
  readAtLast(): Promise<{ bytes: number; closed: boolean }>
}

/** Opens a socket by hand, straight to workerd, says hello and never reads again. */
export async function openDeafReader(workerUrl: string, room: string, { headers }: Account): Promise<DeafReader> {
  const { hostname, port, host } = new URL(workerUrl)
  const socket = connect(Number(port), hostname)
  const broken = new Promise<void>((gone) => socket.once('close', () => gone()))
  socket.on('error', () => {})
  const lines = [
    ...[`GET /api/v1/rooms/${room}/socket HTTP/1.1`, `host: ${host}`, 'connection: Upgrade', 'upgrade: websocket'],
    ...['sec-websocket-version: 13', `sec-websocket-key: ${randomBytes(16).toString('base64')}`],
    `authorization: ${headers.authorization}`,
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await new Promise<void>((upgraded, failed) => {
    socket.once('data', (answer) =>
      `${answer}`.startsWith('HTTP/1.1 101') ? upgraded() : failed(new Error(`no socket: ${answer}`)),
    )
    void broken.then(() => failed(new Error('no socket: the connection broke')))
  })
  socket.pause()
  socket.write(masked(JSON.stringify({ t: 'hello', v: protocolVersion, epoch: null, since: 0, from: 0 })))
  return {
    async readAtLast() {
      let bytes = 0
      socket.on('data', (chunk) => (bytes += chunk.length))
      const ended = new Promise<boolean>((end) => socket.once('end', () => end(true)))
      socket.resume()
      const quiet = new Promise<boolean>((end) => setTimeout(() => end(false), 300))
      const closed = await Promise.race([ended, broken.then(() => true), quiet])
      socket.destroy()
      return { bytes, closed }
    },
  }
}

/** One text frame as a client sends it. */
function masked(text: string): Buffer {
  const body = Buffer.from(text)
  const key = randomBytes(4)
  if (body.length > 125) throw new RangeError('only short frames are sent here')
  return Buffer.concat([Buffer.from([0x81, 0x80 | body.length]), key, body.map((byte, i) => byte ^ key[i % 4]!)])
}
