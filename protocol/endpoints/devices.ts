import * as z from 'zod/mini'
import { people } from '../access.ts'
import { endpoint } from '../endpoint.ts'
import { TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import { Storable } from '../text.ts'

/** Where someone is signed in. `current`: the one that asks. Last use is known to five minutes. */
export const Device = z.object({
  device: Uuid,
  name: z.string(),
  firstSeenAt: TimeMs,
  lastSeenAt: TimeMs,
  current: z.boolean(),
})
export type Device = z.infer<typeof Device>

const DeviceName = Storable.check(z.trim(), z.minLength(1), z.maxLength(limits.deviceName))

export const listDevices = endpoint({
  id: 'listDevices',
  method: 'GET',
  path: '/me/devices',
  summary: 'Where you are signed in',
  notes: 'The last used first. A browser keeps its id when it signs out and in again; a bot is its sign-in.',
  auth: 'session',
  access: people,
  pace: 'read',
  answers: { 200: z.object({ devices: z.array(Device) }) },
  problems: [],
})

export const renameDevice = endpoint({
  id: 'renameDevice',
  method: 'PATCH',
  path: '/me/devices/{device}',
  summary: 'Name a device',
  auth: 'session',
  access: people,
  pace: 'write',
  params: { device: Uuid },
  body: z.object({ name: DeviceName }),
  answers: { 204: null },
  problems: ['not_found'],
})

export const revokeDevice = endpoint({
  id: 'revokeDevice',
  method: 'DELETE',
  path: '/me/devices/{device}',
  summary: 'Sign a device out',
  notes:
    'Its sockets are closed with 4401 before this is answered, its session is over, and it gets no grace. Signed in again, it is another device.',
  auth: 'session',
  access: people,
  pace: 'write',
  params: { device: Uuid },
  answers: { 204: null },
  problems: ['not_found'],
})
