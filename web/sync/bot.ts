import { openGate, socketAddress, startClient, type Client, type Connect } from './client.ts'
import { memoryStore } from './memory-store.ts'
import { noPage } from './page.ts'
import { socketTransport } from './socket.ts'
import type { Store } from './store.ts'
import { noTabs } from './tabs.ts'

export interface BotOptions {
  /** Where Parley is, such as https://chat.example.org. */
  origin: string
  /** A token that is good now: it is asked for before each request and each connection. */
  token(): Promise<string>
  /** What the bot keeps; in memory unless something else is given. */
  store?: Store
}

/**
 * Starts the client of a program that signs in with a bearer token, in Node 22 or later. Throws ProblemError when the
 * token does not count, NetworkError when nobody answers.
 */
export async function startBot({ origin, token, store = memoryStore() }: BotOptions): Promise<Client> {
  const headers = async () => ({ authorization: `Bearer ${await token()}` })
  const asBot: typeof fetch = async (input, init) => {
    return fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), ...(await headers()) } })
  }
  const gate = openGate({ origin, fetch: asBot, page: noPage, tabs: noTabs, renewal: 'auth/renewal' })
  const me = await gate.api.me()
  const connect: Connect = (path, events) => socketTransport({ address: socketAddress(origin, path), headers }, events)
  const client = await startClient(gate, me, { store, connect })
  return {
    ...client,
    close() {
      client.close()
      gate.session.close()
    },
  }
}
