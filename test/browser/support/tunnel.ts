import { createServer, connect, type Socket } from 'node:net'
import { inject, onTestFinished } from 'vitest'
import { freePort } from '../../../scripts/lib/ports.ts'

/** The network between one browser and Parley. */
export interface Tunnel {
  url: string
  /** The network is gone: every connection breaks and no new one is made. */
  cut(): void
  /** What is connected now stays open and hears nothing more, as after a change of Wi-Fi. New connections work. */
  deafen(): void
  mend(): void
}

/** A way to Parley that can be broken as real networks break. Chromium's own offline mode leaves open sockets alone. */
export async function digTunnel(to = inject('parley').pageUrl): Promise<Tunnel> {
  const { hostname, port } = new URL(to)
  const open = new Set<Socket>()
  let whole = true
  const server = createServer((near) => {
    if (!whole) return near.destroy()
    const far = connect(Number(port), hostname)
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  const own = await freePort()
  await new Promise<void>((listening) => server.listen(own, hostname, listening))
  const breakAll = () => {
    for (const socket of open) socket.destroy()
  }
  onTestFinished(() => {
    server.close()
    breakAll()
  })
  return {
    url: `http://${hostname}:${own}`,
    cut() {
      whole = false
      breakAll()
    },
    deafen() {
      for (const socket of open) socket.unpipe().pause()
      open.clear()
    },
    mend() {
      whole = true
    },
  }
}
