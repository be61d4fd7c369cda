import { Hono } from 'hono'
import * as z from 'zod/mini'
import { Device, listDevices, renameDevice, revokeDevice } from '../../protocol/endpoints/devices.ts'
import { Uuid } from '../../protocol/ids.ts'
import { dropTokens } from '../cookies.ts'
import { stayOnDevice } from '../devices.ts'
import type { App } from '../env.ts'
import { inboxObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { serve } from '../serve.ts'
import { deviceBehind } from '../session.ts'
import { asService, dataOf } from '../supabase.ts'

/** Where someone is signed in. */
export const devices = new Hono<App>()

const Listed = z.array(z.omit(Device, { current: true }))
const Renamed = z.object({ outcome: z.enum(['renamed', 'revoked', 'unknown']) })
const Revoked = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('revoked'), login: z.nullable(Uuid) }),
  z.object({ outcome: z.literal('unknown') }),
])

serve(devices, listDevices, async ({ c, session }) => {
  const current = deviceBehind(c, session)
  // A bot signs in at Auth, past this worker: it is listed when it first asks for anything about devices.
  await stayOnDevice(c, session, current)
  const answer = await asService(c.env).rpc('devices_of', { p_person: session.me.person.id }).retry(false)
  const all = Listed.parse(dataOf(answer))
  return [200, { devices: all.map((each) => ({ ...each, current: each.device === current })) }]
})

serve(devices, renameDevice, async ({ c, session, params, body }) => {
  const asked = { p_device: params.device, p_person: session.me.person.id, p_name: body.name }
  const { outcome } = Renamed.parse(dataOf(await asService(c.env).rpc('rename_device', asked).retry(false)))
  if (outcome !== 'renamed') throw new ProblemError('not_found', 'You have no such device.')
  return [204]
})

serve(devices, revokeDevice, async ({ c, session, params: { device } }) => {
  const person = session.me.person.id
  const current = device === deviceBehind(c, session)
  const asked = { p_device: device, p_person: person }
  const revoked = Revoked.parse(dataOf(await asService(c.env).rpc('revoke_device', asked).retry(false)))
  if (revoked.outcome === 'unknown') throw new ProblemError('not_found', 'You have no such device.')
  const ids = revoked.login === null ? [device] : [device, revoked.login]
  await inboxObject(c.env, person).endSessions({ ids, before: null, except: null })
  if (current) dropTokens(c)
  return [204]
})
