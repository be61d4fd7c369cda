import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A fake of the storage that recordings lie in: whatever is asked for is there, and whatever is deleted goes. */
export async function startBucket(): Promise<{ settings: Record<string, string>; close(): void }> {
  const server = createServer((request, response) => {
    if (request.method === 'DELETE') response.writeHead(204).end()
    else response.writeHead(200, { 'content-type': 'video/mp4' }).end('moving pictures')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const RECORDINGS_URL = `http://127.0.0.1:${port}/recordings`
  return {
    settings: { RECORDINGS_URL, RECORDINGS_KEY: 'key', RECORDINGS_SECRET: 'secret' },
    close: () => server.close(),
  }
}
