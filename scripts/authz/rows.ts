import type { Rows } from './row.ts'
import { history } from './rows/history.ts'
import { own } from './rows/own.ts'
import { rooms } from './rows/rooms.ts'
import { system } from './rows/system.ts'
import { talk } from './rows/talk.ts'

/** A row for each endpoint, by its id. An endpoint without one counts as untested. */
export const rows: Rows = { ...own, ...talk, ...history, ...rooms, ...system }
