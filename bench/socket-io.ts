import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import postgres from 'postgres'
import { Server } from 'socket.io'

/**
 * The peer of the ack bench: what one writes with Socket.IO in an afternoon. A post takes the next number of its room,
 * goes into a table if DATABASE_URL names a database, then to the others, then the sender is told. Prints its address
 * and ends with its standard input.
 */
async function main(databaseUrl: string | undefined): Promise<void> {
  const sql = databaseUrl ? postgres(databaseUrl, { max: 10, onnotice: () => {} }) : null
  const columns = 'room text, seq bigint, id uuid primary key, sender text, content text'
  await sql?.unsafe(`create table if not exists bench_messages (${columns})`)
  const heads = new Map<string, number>()
  const server = createServer()
  const io = new Server(server, { serveClient: false })
  io.on('connection', (socket) => {
    let room = ''
    socket.on('join', async (name: string, done: () => void) => {
      room = name
      await socket.join(name)
      done()
    })
    socket.on('post', async ({ id, text }: { id: string; text: string }, ack: (seq: number) => void) => {
      const seq = (heads.get(room) ?? 0) + 1
      heads.set(room, seq)
      if (sql) await sql`insert into bench_messages values (${room}, ${seq}, ${id}, ${socket.id}, ${text})`
      socket.to(room).emit('message', { id, seq, by: socket.id, text })
      ack(seq)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  process.stdin.resume()
  await once(process.stdin, 'end')
  await io.close()
  await sql?.end()
}

await main(process.env['DATABASE_URL'])
