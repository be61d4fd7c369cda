import type { Changes, Downstream, Welcome } from '../../../protocol/downstream.ts'
import type { Message } from '../../../protocol/message.ts'
import type { Upstream } from '../../../protocol/upstream.ts'
import { freshId, openSocket, type Person } from './people.ts'
import { Wire } from './wire.ts'

/** A room's socket. */
export class Client extends Wire<Upstream, Downstream> {
  /** Says hello and pulls chunks until nothing is left to catch up. */
  async hello(held: { epoch: number | null; since: number; from: number }): Promise<CaughtUp> {
    this.send({ t: 'hello', v: 2, ...held })
    const welcome = await this.next('welcome')
    const chunks: Changes[] = []
    while (true) {
      const changes = await this.next('changes')
      chunks.push(changes)
      if (changes.live) break
      this.send({ t: 'more', to: changes.covers[1] })
    }
    return { welcome, chunks, messages: chunks.flatMap((chunk) => chunk.messages) }
  }
}

interface CaughtUp {
  welcome: Welcome
  chunks: Changes[]
  messages: Message[]
}

/** A client that holds nothing yet. */
export const nothing = { epoch: null, since: 0, from: 0 }

/** Posts a message, and waits until it is kept. Answers its seq. */
export async function post(client: Client, text: string, mentions: string[] = []): Promise<number> {
  const id = freshId()
  client.send({ t: 'post', id, text, ...(mentions.length > 0 && { mentions }) })
  return (await client.next('ack', (ack) => ack.id === id)).seq
}

/** Opens the room's socket with the person's cookies. */
export async function connect(person: Person, room: string, headers: Record<string, string> = {}): Promise<Client> {
  return new Client(await openSocket(person, `/rooms/${room}/socket`, headers))
}

/** Opens the room and catches up. */
export async function enter(person: Person, room: string): Promise<Client> {
  const client = await connect(person, room)
  await client.hello(nothing)
  return client
}
