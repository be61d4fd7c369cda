import { createStore } from 'zustand/vanilla'
import { startClient } from '../sync/client.ts'
import { Me } from '../../protocol/api.ts'
import { sessionSign } from '../../protocol/session-sign.ts'
import { gate } from './gate.ts'
import { outcome } from './outcome.ts'
import type { Client } from '../sync/client.ts'

/** Who uses this page. `in` may rest on memory while the server cannot be reached. */
export type Session =
  | { state: 'asking' }
  | { state: 'in'; client: Client }
  /** `ended`: the address of whoever was signed in here until the server ended it, not they themselves. */
  | { state: 'out'; ended: string | null }
  | { state: 'unreachable' }

const key = 'parley.me'

/** The session of this page. */
export const session = createStore<Session>(() => ({ state: 'asking' }))

// Of two people who sign in at once, the later one stays.
let entries = 0

/** Finds out who is signed in: first from memory, so that an offline page opens too, then from the server. */
export async function startSession(): Promise<void> {
  gate.session.onSignedOut((why) => leave(why === 'ended'))
  addEventListener('storage', (event) => {
    if (event.key !== key) return
    const me = remembered()
    if (me === null) leave()
    else void enter(me)
  })
  const me = remembered()
  if (me !== null) await enter(me)
  // A session that nothing remembers has a cookie all the same: hardly anyone has one, and one question tells.
  else if (!document.cookie.includes(`${sessionSign}=`)) return leave()
  else if ((await gate.session.refresh()) === 'signed_out') return
  await askSession()
}

/** Asks the server who is signed in. What is remembered stands until the server says no. */
export async function askSession(): Promise<void> {
  if (session.getState().state === 'unreachable') session.setState({ state: 'asking' }, true)
  const answer = await outcome(gate.api.me())
  if (answer.ok) return enter(answer.value)
  if (answer.failure.kind === 'sign_in') return leave(true)
  if (session.getState().state === 'asking') session.setState({ state: 'unreachable' }, true)
}

/** Someone is signed in on this page. */
export async function enter(me: Me): Promise<void> {
  const entry = ++entries
  remember(me)
  const now = session.getState()
  if (now.state === 'in' && isSame(now.client.me, me.person)) {
    return gate.session.keep(me)
  }
  const client = await startClient(gate, me)
  if (entry !== entries) return client.close()
  if (now.state === 'in') now.client.close()
  session.setState({ state: 'in', client }, true)
}

/** Nobody is signed in any more. `ended`: the server said so first. */
export function leave(ended = false): void {
  entries++
  const now = session.getState()
  if (now.state === 'out') return remember(null)
  const who = ended ? (now.state === 'in' ? now.client.me : remembered()?.person) : null
  remember(null)
  session.setState({ state: 'out', ended: who?.email ?? null }, true)
  if (now.state === 'in') now.client.close()
}

function isSame(a: Me['person'], b: Me['person']): boolean {
  return a.id === b.id && a.name === b.name && a.email === b.email
}

function remember(me: Me | null): void {
  try {
    if (me === null) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(me))
  } catch {
    // Storage is closed to this page: it will ask again next time.
  }
}

function remembered(): Me | null {
  try {
    const read = Me.safeParse(JSON.parse(localStorage.getItem(key) ?? 'null'))
    return read.success ? read.data : null
  } catch {
    return null
  }
}
