import type postgres from 'postgres'
import { count, type Progress, progress, type Screen } from '../import/progress.ts'
import { Advice } from '../lib/advice.ts'
import { type Size, type Town, town } from './town.ts'
import { type Written, writeTown } from './write.ts'

/**
 * Fill a database with a town and answer the summary. Progress goes to `screen`. Throws Advice, before anything is
 * written, when the database holds people or rooms already and `add` is not set, or holds this very seed.
 */
export async function seed(sql: postgres.Sql, size: Size, add: boolean, screen: Screen): Promise<string> {
  await assertRoom(sql, size, add)
  const started = performance.now()
  const made = town(size)
  // Made with the first message, so that its pace is that of messages.
  let bar: Progress | undefined
  const written = await writeTown(sql, size, made, {
    messages(done) {
      bar ??= progress(screen, size.messages)
      bar.at(done)
    },
    next(what) {
      bar?.end()
      bar = undefined
      screen.write(`Writing ${what} …\n`)
    },
  })
  // As autovacuum would in a while: the planner knows the sizes, and the full-text index has no pending words.
  await sql.unsafe(
    `vacuum analyze public.user_profiles, public.rooms, public.room_participants, public.messages,
      public.message_status, public.message_reactions, parley.commands`,
  )
  return summary(size, made, written, (performance.now() - started) / 1_000)
}

/** The account behind an e-mail. Throws Advice when nobody has signed up with it. */
export async function accountOf(sql: postgres.Sql, email: string): Promise<string> {
  const [account] = await sql<{ id: string }[]>`select id::text from auth.users where lower(email) = ${email}`
  if (account) return account.id
  throw new Advice(`Nobody has signed up as ${email}. Nothing was written.`)
}

async function assertRoom(sql: postgres.Sql, size: Size, add: boolean): Promise<void> {
  const [found] = await sql<{ people: number; rooms: number; same: boolean }[]>`
    select (select count(*)::int from public.user_profiles) as people, (select count(*)::int from public.rooms) as rooms,
      exists (select from auth.users where email = ${`person-2@${size.seed}.example.org`}) as same`
  if (found!.same) throw new Advice(`The seed "${size.seed}" is in this database already. Choose another: --seed NAME`)
  if (add || (found!.people === 0 && found!.rooms === 0)) return
  throw new Advice(
    `This database holds ${count(found!.people)} people and ${count(found!.rooms)} rooms. Nothing was written.\n` +
      'Add --add to put the seed beside them, or seed an empty database.',
  )
}

function summary({ seed, people, messages }: Size, { rooms }: Town, written: Written, seconds: number): string {
  const groups = rooms.filter(({ directKey }) => directKey === null)
  const largest = Math.max(0, ...groups.map(({ members }) => members.length))
  const longest = Math.max(0, ...rooms.map(({ messages }) => messages))
  const rows: [string, string][] = [
    ['People', count(people)],
    ['Direct rooms', count(rooms.length - groups.length)],
    ['Groups', `${count(groups.length)}, the largest with ${count(largest)} members`],
    ['Memberships', count(written.memberships)],
    ['Messages', `${count(messages)}, at most ${count(longest)} in a room`],
    ['', `${count(written.edited)} edited, ${count(written.deleted)} deleted`],
    ['Reactions', count(written.reactions)],
    ['Receipts', `${count(written.statuses)} rows in small rooms; elsewhere the members' marks`],
    ['Time', `${seconds.toFixed(1)} s, ${count(Math.round(messages / seconds))} messages/s`],
  ]
  const table = rows.map(([name, value]) => `  ${name.padEnd(14)}${value}`).join('\n')
  return `Seeded from "${seed}":\n${table}\nThe same seed and sizes make the same rows in any empty database.`
}
