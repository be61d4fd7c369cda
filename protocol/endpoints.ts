import type { Endpoint } from './endpoint.ts'
import * as accounts from './endpoints/accounts.ts'
import * as blocks from './endpoints/blocks.ts'
import * as calls from './endpoints/calls.ts'
import * as devices from './endpoints/devices.ts'
import * as directory from './endpoints/directory.ts'
import * as imports from './endpoints/imports.ts'
import * as links from './endpoints/links.ts'
import * as members from './endpoints/members.ts'
import * as messages from './endpoints/messages.ts'
import * as people from './endpoints/people.ts'
import * as ownData from './endpoints/own-data.ts'
import * as presence from './endpoints/presence.ts'
import * as requests from './endpoints/requests.ts'
import * as rooms from './endpoints/rooms.ts'
import * as search from './endpoints/search.ts'
import * as settings from './endpoints/settings.ts'
import * as sockets from './endpoints/sockets.ts'
import * as system from './endpoints/system.ts'
import * as unread from './endpoints/unread.ts'

/** Every route under /api/v1, in the order of the reference: by what it is about. */
export const endpoints: Readonly<Record<string, readonly Endpoint[]>> = {
  Accounts: routesOf(accounts),
  Devices: routesOf(devices),
  Rooms: routesOf(rooms),
  Members: routesOf(members),
  'Join links': routesOf(links),
  Directory: routesOf(directory),
  'Requests to join': routesOf(requests),
  'Your data': routesOf(ownData),
  Settings: routesOf(settings),
  Blocks: routesOf(blocks),
  Presence: routesOf(presence),
  Messages: routesOf(messages),
  Search: [...routesOf(search), ...routesOf(people)],
  Unread: routesOf(unread),
  Calls: routesOf(calls),
  Sockets: routesOf(sockets),
  Imports: routesOf(imports),
  System: routesOf(system),
}

/** The endpoints among what a file exports. */
function routesOf(file: Record<string, unknown>): Endpoint[] {
  return Object.values(file).filter(
    (value): value is Endpoint => typeof value === 'object' && value !== null && 'access' in value,
  )
}
