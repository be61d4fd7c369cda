import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/** A WebSocket reduced to what a load client needs: whole text frames, and nothing done to them. */
export type Wire = { send(text: string): void; close(): void; closed: Promise<number> }

/**
 * Opens a socket; `hear` gets each text frame as bytes. Node's own WebSocket costs more per frame than the room that is
 * measured, and both share two cores.
 */
export async function openWire(
  url: string,
  headers: Record<string, string>,
  hear: (frame: Buffer) => void,
): Promise<Wire> {
  const { hostname, port, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.setNoDelay(true)
  const lines = Object.entries({
    host: `${hostname}:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`)
  let rest: Buffer = Buffer.alloc(0)
  let open = false
  let code = 1006
  const closed = new Promise<number>((resolve) => socket.once('close', () => resolve(code)))
  await new Promise<void>((opened, failed) => {
    socket.once('error', failed)
    socket.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      if (!open) {
        const end = rest.indexOf('\r\n\r\n')
        if (end === -1) return
        const status = rest.toString('latin1', 0, 12)
        if (!status.endsWith(' 101')) return failed(new Error(`${url}: ${status}`))
        open = true
        rest = rest.subarray(end + 4)
        opened()
      }
      while (true) {
        const frame = nextFrame(rest)
        if (!frame) return
        rest = rest.subarray(frame.end)
        if (frame.opcode === 1) hear(frame.payload)
        if (frame.opcode === 8) {
          code = frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1005
          socket.end()
        }
      }
    })
  })
  return {
    send: (text) => void socket.write(masked(text)),
    close: () => void socket.destroy(),
    closed,
  }
}

/** The first frame of what has come, if it is whole. A server masks nothing, and Parley sends no fragments. */
function nextFrame(bytes: Buffer): { opcode: number; payload: Buffer; end: number } | null {
  if (bytes.length < 2) return null
  const short = bytes[1]! & 127
  const start = short === 127 ? 10 : short === 126 ? 4 : 2
  if (bytes.length < start) return null
  const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  const end = start + length
  if (bytes.length < end) return null
  return { opcode: bytes[0]! & 15, payload: bytes.subarray(start, end), end }
}

/** A mask of zeros is a mask, and leaves the text as it is. */
function masked(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const head = length < 126 ? 6 : 8
  const frame = Buffer.alloc(head + length)
  frame[0] = 0x81
  frame[1] = 0x80 | (length < 126 ? length : 126)
  if (length >= 126) frame.writeUInt16BE(length, 2)
  frame.write(text, head)
  return frame
}
