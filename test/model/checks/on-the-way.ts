import type { World } from '../world/world.ts'

/** How many rows of a timeline are looked at after each step. */
const lookAt = 60

/** What holds after every step, for one device in turn: no row twice, order by seq, nothing joined over a hole. */
export function onTheWay(world: World): void {
  const { watch } = world
  watch.check()
  const device = world.random.pick(world.devices)
  const view = device.view()
  if (!view) return
  const rows = view.rows.slice(-lookAt)
  const keys = new Set<string>()
  let before: number | null = null
  for (const row of rows) {
    if (keys.has(row.key)) watch.fail(`${device.name} shows ${row.key} twice`)
    keys.add(row.key)
    if (row.state === 'gap') before = null
    if (row.state !== 'confirmed') continue
    const { seq, id } = row.message
    if (watch.ids.get(seq) !== id)
      watch.fail(`${device.name} shows ${id} at ${seq}, where ${watch.ids.get(seq)} is kept`)
    for (let hole = (before ?? seq) + 1; hole < seq && hole < before! + 200; hole++) {
      // Catching up goes by rev: what was changed since comes in a later chunk than its neighbours.
      if (view.connection.state !== 'live' && watch.changed.has(hole)) continue
      if (watch.stands(hole)) watch.fail(`${device.name} joins ${before} and ${seq} over ${hole}`)
    }
    if (before !== null && seq <= before) watch.fail(`${device.name} shows ${seq} after ${before}`)
    before = seq
  }
  watch.check()
}
