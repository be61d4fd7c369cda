import * as accounts from './endpoints/accounts.ts'
import * as blocks from './endpoints/blocks.ts'
import * as calls from './endpoints/calls.ts'
import * as devices from './endpoints/devices.ts'
import * as directory from './endpoints/directory.ts'
import * as imports from './endpoints/imports.ts'
import * as links from './endpoints/links.ts'
import * as members from './endpoints/members.ts'
import * as messages from './endpoints/messages.ts'
import * as ownData from './endpoints/own-data.ts'
import * as people from './endpoints/people.ts'
import * as presence from './endpoints/presence.ts'
import * as requests from './endpoints/requests.ts'
import * as rooms from './endpoints/rooms.ts'
import * as search from './endpoints/search.ts'
import * as settings from './endpoints/settings.ts'
import * as sockets from './endpoints/sockets.ts'
import * as system from './endpoints/system.ts'
import * as unread from './endpoints/unread.ts'

/** Every endpoint by its id, as its literal type: what a typed client is made of. The page's bundle does not import it. */
export const routes = {
  ...{ ...accounts, ...blocks, ...calls, ...devices, ...directory, ...imports, ...links, ...members, ...messages },
  ...{
    ...ownData,
    ...people,
    ...presence,
    ...requests,
    ...rooms,
    ...search,
    ...settings,
    ...sockets,
    ...system,
    ...unread,
  },
}
