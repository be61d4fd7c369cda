import { limits } from '../../protocol/limits.ts'
import type { Upstream } from '../../protocol/upstream.ts'
import { protocolVersion } from '../../protocol/version.ts'
import type { History } from './history.ts'
import type { Account } from './people.ts'
import { recordingSocket } from './recording.ts'
import { until } from './system.ts'

/** Many sockets that only listen: each resumes where it was when its connection breaks. */
export interface Crowd {
  /** How many are live now. */
  live(): number
  /** Resolves when all of them are. */
  allLive(): Promise<void>
  close(): void
}

// So many at once: a thousand handshakes in one moment measure the machine, not the room.
const together = 25
const againMs = 300

/** What a hello says that one has. */
interface Held {
  epoch: number | null
  since: number
  from: number
}

/** Brings so many sockets into a room, in the names of these accounts in turn. */
export async function openCrowd(
  url: string,
  room: string,
  accounts: readonly Account[],
  size: number,
  history: History,
): Promise<Crowd> {
  let over = false
  const live = new Set<number>()
  const sockets = new Map<number, WebSocket>()
  const waiting: (() => void)[] = []
  let opening = 0

  function listen(member: number, held: Held): void {
    const { headers } = accounts[member % accounts.length]!
    const client = `crowd ${member + 1}`
    const Socket = recordingSocket({ client, room, headers, history })
    const socket = new Socket(`${url.replace('http', 'ws')}/api/v1/rooms/${room}/socket`)
    sockets.set(member, socket)
    const say = (frame: Upstream) => socket.send(JSON.stringify(frame))
    let heard = 0
    let settled = false
    const settle = () => {
      if (settled) return
      settled = true
      opening--
      waiting.shift()?.()
    }
    socket.addEventListener('open', () => say({ t: 'hello', v: protocolVersion, ...held }))
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as { t: string; epoch: number; covers: [number, number]; live: boolean }
      if (frame.t === 'welcome' || frame.t === 'reset') held.epoch = frame.epoch
      if (frame.t === 'lagging') say({ t: 'hello', v: protocolVersion, ...held })
      if (frame.t !== 'changes') return
      held.from ||= frame.covers[0]
      held.since = frame.covers[1]
      if (!frame.live) return say({ t: 'more', to: held.since })
      if (++heard % limits.reportFrames === 0) say({ t: 'mark', delivered: held.since, read: 0 })
      live.add(member)
      settle()
    })
    const gone = () => {
      live.delete(member)
      settle()
      if (!over && sockets.get(member) === socket) setTimeout(() => come(member, held), againMs)
    }
    socket.addEventListener('close', gone)
  }

  function come(member: number, held: Held): void {
    if (over) return
    if (opening >= together) return void waiting.push(() => come(member, held))
    opening++
    listen(member, held)
  }

  const allLive = () => until(() => live.size === size, 120_000)
  for (let member = 0; member < size; member++) come(member, { epoch: null, since: 0, from: 0 })
  await allLive()
  return {
    live: () => live.size,
    allLive,
    close() {
      over = true
      for (const socket of sockets.values()) socket.close()
    },
  }
}
