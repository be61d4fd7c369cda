import type { Endpoint } from './endpoint.ts'
import * as accounts from './endpoints/accounts.ts'
import * as blocks from './endpoints/blocks.ts'
import * as calls from './endpoints/calls.ts'
import * as devices from './endpoints/devices.ts'
import * as directory from './endpoints/directory.ts'
import * as imports from './endpoints/imports.ts'
import * as inMeeting from './endpoints/in-meeting.ts'
import * as links from './endpoints/links.ts'
import * as meetingWays from './endpoints/meeting-ways.ts'
import * as meetings from './endpoints/meetings.ts'
import * as members from './endpoints/members.ts'
import * as messages from './endpoints/messages.ts'
import * as people from './endpoints/people.ts'
import * as ownData from './endpoints/own-data.ts'
import * as presence from './endpoints/presence.ts'
import * as recordings from './endpoints/recordings.ts'
import * as requests from './endpoints/requests.ts'
import * as rooms from './endpoints/rooms.ts'
import * as search from './endpoints/search.ts'
import * as settings from './endpoints/settings.ts'
import * as sockets from './endpoints/sockets.ts'
import * as system from './endpoints/system.ts'
import * as unread from './endpoints/unread.ts'

/** The files that describe routes, in the order of the reference: by what they are about. */
const files = {
  Accounts: accounts,
  Devices: devices,
  Rooms: rooms,
  Members: members,
  'Join links': links,
  Directory: directory,
  'Requests to join': requests,
  'Your data': ownData,
  Settings: settings,
  Blocks: blocks,
  Presence: presence,
  Messages: messages,
  Search: { ...search, ...people },
  Unread: unread,
  Calls: calls,
  Meetings: meetings,
  'Ways into a meeting': meetingWays,
  'In a meeting': inMeeting,
  Recordings: recordings,
  Sockets: sockets,
  Imports: imports,
  System: system,
}

/** Every route under /api/v1, by what it is about. */
export const endpoints: Readonly<Record<string, readonly Endpoint[]>> = Object.fromEntries(
  Object.entries(files).map(([about, file]) => [about, routesOf(file)]),
)

type File = (typeof files)[keyof typeof files]
type Whole<Part> = (Part extends unknown ? (part: Part) => void : never) extends (whole: infer All) => void
  ? All
  : never

/** Every endpoint by its id, as its literal type: what a typed client is made of. */
export type Routes = Whole<File>

/** The endpoints among what a file exports. */
function routesOf(file: Record<string, unknown>): Endpoint[] {
  return Object.values(file).filter(
    (value): value is Endpoint => typeof value === 'object' && value !== null && 'access' in value,
  )
}
