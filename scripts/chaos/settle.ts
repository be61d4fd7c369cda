import type { Random } from '../seed/random.ts'
import { Device } from './device.ts'
import type { History } from './history.ts'
import { keptOf, lastSeqOf } from './rows.ts'
import { type System, until } from './system.ts'
import type { Talk } from './talk.ts'

// A system that does not come to rest within this has not healed; the checker then says what is missing.
const restWithinMs = 180_000

/** All is well again: everyone says one more thing, and everything that is owed is done. */
export async function settle(
  system: System,
  talk: Talk,
  devices: readonly Device[],
  say: (line: string) => void,
): Promise<void> {
  await system.heal()
  for (const device of devices) {
    device.wake()
    talk.burst(device, 1)
  }
  const rest = (what: string, ready: () => boolean | Promise<boolean>) =>
    until(ready, restWithinMs).catch(() => say(`After ${restWithinMs / 60_000} min ${what}.`))
  await rest('some devices are not quiet', () => devices.every((device) => device.isQuiet()))
  for (const there of Map.groupBy(devices, ({ room }) => room).values()) {
    const { room } = there[0]!
    const head = () => Math.max(...there.map(({ view }) => view.head))
    await rest('some devices are behind', () => there.every(({ view }) => view.head === head()))
    await rest('Postgres is behind', async () => (await lastSeqOf(system.database.url, room)) >= head())
  }
}

/** Somebody who has nothing yet reads every room from its beginning, and then we look what Postgres holds. */
export async function readAfresh(
  { network, database }: System,
  devices: readonly Device[],
  history: History,
  random: Random,
): Promise<void> {
  for (const [room, [first]] of Map.groupBy(devices, (device) => device.room)) {
    const { account } = first!
    const client = `a fresh device of ${account.name}`
    const device = new Device({ account, room, client, url: network.url, history, random })
    await until(() => device.view.connection.state === 'live')
    await until(async () => {
      const { older, rows } = device.view
      const gap = rows.find((row) => row.state === 'gap')
      if (gap) await device.opened.loadGap(gap.after, gap.before).catch(() => {})
      else if (older !== 'none') await device.opened.loadOlder().catch(() => {})
      return !gap && older === 'none'
    }, restWithinMs)
    device.record(true)
    device.close()
    history.add(await keptOf(database.url, room))
  }
}
