import { parseArgs } from 'node:util'
import { Advice } from '../lib/advice.ts'
import type { Size } from './town.ts'

/** What the command line asks for. */
export type Options = Omit<Size, 'guest'> & { add: boolean; url: string | null; guestEmail: string | null }

export const usage = `Usage: npm run seed -- [options]

  --people N      how many people, unless 200
  --rooms N       how many rooms, unless 300: two in three direct, the others groups of 3 to 1,000
  --messages N    how many messages, unless 10,000
  --seed NAME     where chance begins, unless parley: the same seed and sizes make the same rows
  --until DATE    the last moment of it all, unless 2026-11-01
  --add           also into a database that holds people or rooms already
  --with E-MAIL   this account, which exists already, is among them, in many rooms; as --add
  --url URL       the database, unless DATABASE_URL, or the one that npm start runs`

/** Reads the command line. Throws Advice with what is wrong. */
export function options(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      people: { type: 'string', default: '200' },
      rooms: { type: 'string', default: '300' },
      messages: { type: 'string', default: '10000' },
      seed: { type: 'string', default: 'parley' },
      until: { type: 'string', default: '2026-11-01' },
      add: { type: 'boolean', default: false },
      with: { type: 'string' },
      url: { type: 'string' },
    },
  })
  const until = Date.parse(values.until)
  if (Number.isNaN(until)) throw new Advice(`--until ${values.until} is no date: write it like 2026-11-01.`)
  // It becomes part of e-mail addresses.
  if (!/^[a-z0-9-]{1,40}$/.test(values.seed)) throw new Advice('--seed takes lower-case letters, digits and hyphens.')
  return {
    people: number('people', values.people, 4),
    rooms: number('rooms', values.rooms, 1),
    messages: number('messages', values.messages, 0),
    seed: values.seed,
    until,
    changes: true,
    add: values.add || values.with !== undefined,
    guestEmail: values.with?.toLowerCase() ?? null,
    url: values.url ?? null,
  }
}

function number(name: string, text: string, least: number): number {
  const value = Number(text.replaceAll(/[,_]/g, ''))
  if (Number.isInteger(value) && value >= least && value <= 10_000_000) return value
  throw new Advice(`--${name} ${text}: it has to be a number from ${least} to 10,000,000.`)
}
