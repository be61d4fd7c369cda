import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Advice } from '../lib/advice.ts'
import { settingsFrom } from '../lib/settings.ts'

/** What the command line asks for. */
export type Options = {
  file: string
  roomId: string
  /** Who wrote under which name, in order: e-mail by name. */
  as: ReadonlyMap<string, string>
  append: boolean
  timeZone: string
  dateOrder: 'day' | 'month' | null
  server: string
}

export const usage = `Usage: npm run import -- FILE --room ROOM [options]

  FILE                     a WhatsApp chat export: the .txt file or the .zip around it
  --room ROOM              the room's id, or its address in the browser
  --as "Name=e-mail"       this name's messages are by that account, a member of the room (may be repeated)
  --append                 also into a room that has messages of its own
  --time-zone ZONE         the time zone of the phone that exported, such as Europe/Berlin (this machine's, unless given)
  --date-order day|month   whether 03/04 is 3 April or March 4th, when the file does not tell
  --server URL             where Parley runs, unless on this machine`

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

/** Reads the command line. Throws Advice with what is missing or wrong. */
export function options(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const { values, positionals } = parse(args)
  const [file, ...more] = positionals
  if (file === undefined) throw new Advice(`Which file? ${usage}`)
  if (more.length > 0)
    throw new Advice(`One file at a time: ${more.join(', ')} is too much. Put quotes around names with spaces.`)
  if (values.room === undefined)
    throw new Advice(`Into which room? Add --room with its id or its address in the browser.`)
  const roomId = uuid.exec(values.room)?.[0].toLowerCase()
  if (roomId === undefined) throw new Advice(`--room ${values.room} is no room: give its id or its address (…/r/<id>).`)
  return {
    // npm runs a script in the repository, whatever folder the person stands in.
    file: env['npm_lifecycle_event'] === 'import' ? resolve(env['INIT_CWD'] ?? '.', file) : file,
    roomId,
    as: accountsOf(values.as ?? []),
    append: values.append ?? false,
    timeZone: timeZoneOf(values['time-zone']),
    dateOrder: dateOrderOf(values['date-order']),
    server: serverOf(values.server ?? `http://127.0.0.1:${settingsFrom(env).pagePort}`),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        room: { type: 'string' },
        as: { type: 'string', multiple: true },
        append: { type: 'boolean' },
        'time-zone': { type: 'string' },
        'date-order': { type: 'string' },
        server: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new Advice(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  }
}

function accountsOf(pairs: readonly string[]): Map<string, string> {
  const accounts = new Map<string, string>()
  for (const pair of pairs) {
    // The e-mail has no "=", a name may have one.
    const at = pair.lastIndexOf('=')
    const [name, email] = [
      pair.slice(0, Math.max(at, 0)).trim(),
      pair
        .slice(at + 1)
        .trim()
        .toLowerCase(),
    ]
    if (name === '' || !/^[^@\s]+@[^@\s]+$/.test(email)) {
      throw new Advice(`--as "${pair}" does not say who is who: write --as "Name in the chat=e-mail of the account".`)
    }
    if (accounts.has(name)) throw new Advice(`--as names ${name} twice.`)
    accounts.set(name, email)
  }
  return accounts
}

function timeZoneOf(given: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en-US', given === undefined ? {} : { timeZone: given }).resolvedOptions().timeZone
  } catch {
    throw new Advice(`--time-zone ${given ?? ''} is not known. Write it like Europe/Berlin or America/New_York.`)
  }
}

function dateOrderOf(given: string | undefined): 'day' | 'month' | null {
  if (given === undefined) return null
  if (given === 'day' || given === 'month') return given
  throw new Advice(`--date-order is day (3 April is 03/04) or month (3 April is 04/03), not ${given}.`)
}

function serverOf(given: string): string {
  if (!URL.canParse(given) || !/^https?:/.test(given)) throw new Advice(`${given} is no address of a server.`)
  return new URL(given).origin
}
