import { afterEach, beforeEach, expect, test } from 'vitest'
import { atTheEnd } from './checks/at-the-end.ts'
import { Device } from './world/device.ts'
import { settle } from './world/settle.ts'
import { World } from './world/world.ts'

/** What walks have found, as stories of their own. */

let world: World
let ada: Device
let grace: Device

beforeEach(async () => {
  world = new World(1)
  const [first, second] = world.people
  ada = world.devices.find(({ person }) => person === first)!
  grace = world.devices.find(({ person }) => person === second)!
  await world.time.turn(2_000)
})
afterEach(() => world.close())

test('[PAC3] [OUT2] what was refused as too fast is not overtaken by what was sent behind it', async () => {
  const phone = new Device(world, ada.person, 'phone')
  world.devices.push(phone)
  phone.open()
  await world.time.turn(2_000)
  // Two devices share one person's pace, so neither knows that it is spent.
  for (let n = 1; n <= 60; n++) {
    await ada.post(`desk ${n}`, {})
    await phone.post(`phone ${n}`, {})
    await world.time.turn(7)
  }
  await settle(world)
  await atTheEnd(world)
  expect(world.postgres.rows().messages.length).toBe(120)
})
