import { openGate, socketAddress, startClient, type Client, type Connect } from './client.ts'
import type { CookieSession } from './cookie-session.ts'
import { memoryStore } from './memory-store.ts'
import { noPage } from './page.ts'
import { socketTransport } from './socket.ts'
import type { Store } from './store.ts'
import { noTabs } from './tabs.ts'

export interface BotOptions {
  /** Where Parley is, such as https://chat.example.org. */
  origin: string
  /** What `signIn` answered. It is refreshed before it ends. */
  session?: CookieSession
  /** In its place: a token that is good now. It is asked for before each request and each connection. */
  token?(): Promise<string>
  /** What the bot keeps; in memory unless something else is given. */
  store?: Store
}

/**
 * Starts the client of a program, in Node 22 or later. Throws ProblemError when the session or the token does not count,
 * NetworkError when nobody answers.
 */
export async function startBot({ origin, session, token, store = memoryStore() }: BotOptions): Promise<Client> {
  const headers = session?.headers ?? (async () => ({ authorization: `Bearer ${await token?.()}` }))
  const asBot: typeof fetch = async (input, init) => {
    return fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), ...(await headers()) } })
  }
  const renewal = session ? 'auth/refresh' : 'auth/renewal'
  const gate = openGate({ origin, fetch: session?.fetch ?? asBot, page: noPage, tabs: noTabs, renewal })
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
