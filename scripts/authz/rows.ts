import type { Rows } from './row.ts'
import { accounts } from './rows/accounts.ts'
import { history } from './rows/history.ts'
import { inMeeting } from './rows/in-meeting.ts'
import { meetings } from './rows/meetings.ts'
import { own } from './rows/own.ts'
import { recordings } from './rows/recordings.ts'
import { rooms } from './rows/rooms.ts'
import { system } from './rows/system.ts'
import { talk } from './rows/talk.ts'

const files = [
  accounts,
  own,
  // What happens in rooms.
  talk,
  history,
  rooms,
  meetings,
  recordings,
  inMeeting,
  // Whoever runs this Parley.
  system,
]

/** A row for each endpoint, by its id. An endpoint without one counts as untested. */
export const rows: Rows = Object.assign({}, ...files)
