import { copy } from './copy.ts'
import { FakeResponse } from './fake-response.ts'
import { runningObject } from './object-host.ts'
import type { VirtualTime } from './virtual-time.ts'

/** Puts the platform's globals in place of Node's, for the objects. Answers how to take them away again. */
export function installGlobals(time: VirtualTime, random: () => number, said: (line: string) => void): () => void {
  const own = globalThis as unknown as Record<string, unknown>
  const fakes: Record<string, unknown> = {
    setTimeout: (run: () => void, ms?: number) => runningObject().setTimeout(run, ms),
    clearTimeout: (id: number) => runningObject().clearTimeout(id),
    fetch: (url: string, init: RequestInit) => runningObject().fetch(url, init),
    Response: FakeResponse,
    structuredClone: copy,
    WebSocketPair: function WebSocketPair() {
      return runningObject().socketPair()
    },
    WebSocketRequestResponsePair: class {
      readonly request: string
      readonly response: string
      constructor(request: string, response: string) {
        this.request = request
        this.response = response
      }
    },
  }
  const before = Object.entries(fakes).map(([name]) => [name, own[name]] as const)
  const { now } = Date
  const { random: mathRandom } = Math
  const { warn, error } = console
  Object.assign(own, fakes)
  Date.now = time.now
  console.warn = console.error = said
  Math.random = random
  crypto.randomUUID = () => uuid(random)
  return () => {
    Date.now = now
    Object.assign(console, { warn, error })
    Math.random = mathRandom
    // Its own stands in the prototype.
    Reflect.deleteProperty(crypto, 'randomUUID')
    for (const [name, value] of before) {
      if (value === undefined) delete own[name]
      else own[name] = value
    }
  }
}

function uuid(random: () => number): ReturnType<Crypto['randomUUID']> {
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`
}
