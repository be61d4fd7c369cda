import * as z from 'zod/mini'
import { Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { ArchiveFile } from './archive.ts'
import { readme } from './readme.ts'

/** Asks a function of schema `parley` about the person. Throws where the database cannot be reached. */
export type AskAbout = (name: string, args?: Record<string, unknown>) => Promise<unknown>

const Row = z.record(z.string(), z.unknown())
type Row = z.infer<typeof Row>

const Rows = z.array(Row)
const RoomMessages = z.object({ room: Uuid, messages: Rows })
type RoomMessages = z.infer<typeof RoomMessages>
const Messages = z.object({
  rooms: z.array(RoomMessages),
  next: z.nullable(z.object({ room: Uuid, after: z.int() })),
})
const Reaction = z.object({ room: Uuid, seq: z.int(), emoji: z.string(), at: z.string() })
const Act = z.catchall(z.object({ id: z.int() }), z.unknown())
export const ExportedPerson = z.nullable(z.object({ profile: Row, settings: Row, blocked: z.array(Uuid) }))
export type ExportedPerson = NonNullable<z.infer<typeof ExportedPerson>>

/** The files of someone's export, each read page by page when its turn comes. */
export async function* ownFiles(
  ask: AskAbout,
  { profile, settings, blocked }: ExportedPerson,
  email: string,
  at: number,
): AsyncGenerator<ArchiveFile> {
  yield { name: 'README.txt', pieces: [readme(at)] }
  yield whole('profile.json', { ...profile, email })
  yield whole('settings.json', settings)
  yield whole('blocks.json', blocked)
  yield whole('devices.json', await ask('devices_of'))
  yield list('rooms.json', pagesById(ask, 'export_rooms', 'room'))
  yield* messageFiles(ask, z.array(Uuid).parse(await ask('export_written')))
  yield list('reactions.json', reactionPages(ask))
  yield list('meetings.json', pagesById(ask, 'export_meetings', 'meeting'))
  yield list('invitations.json', pagesById(ask, 'export_invitations', 'invitation'))
  yield list('recordings.json', pagesById(ask, 'export_recordings', 'recording'))
  yield list('acts.json', actPages(ask))
}

/** Rows in the order of the id that each has under `key`. */
async function* pagesById(ask: AskAbout, name: string, key: string): AsyncGenerator<Row[]> {
  const limit = limits.exportRows
  for (let after: string | null = null; ;) {
    const rows: Row[] = Rows.parse(await ask(name, { p_after: after, p_limit: limit }))
    yield rows
    if (rows.length < limit) return
    after = Uuid.parse(rows.at(-1)![key])
  }
}

/** A file for each room. A page may hold the end of one room and many that are small. */
async function* messageFiles(ask: AskAbout, rooms: readonly string[]): AsyncGenerator<ArchiveFile> {
  const pages = messagePages(ask, rooms)
  let page = await pages.next()
  async function* ofRoom(room: string): AsyncGenerator<Row[]> {
    for (; !page.done && page.value.room === room; page = await pages.next()) yield page.value.messages
  }
  while (!page.done) yield list(`messages/${page.value.room}.json`, ofRoom(page.value.room))
}

async function* messagePages(ask: AskAbout, rooms: readonly string[]): AsyncGenerator<RoomMessages> {
  const most = { p_limit: limits.exportRows, p_scan: limits.exportScan }
  for (let from = 0, after = 0; from < rooms.length;) {
    const some = rooms.slice(from, from + limits.exportRooms)
    const page = Messages.parse(await ask('export_messages', { ...most, p_rooms: some, p_after: after }))
    yield* page.rooms
    from += page.next === null ? some.length : some.indexOf(page.next.room)
    after = page.next?.after ?? 0
  }
}

async function* reactionPages(ask: AskAbout): AsyncGenerator<Row[]> {
  const limit = limits.exportRows
  for (let from = {}; ;) {
    const reactions = z.array(Reaction).parse(await ask('export_reactions', { p_limit: limit, ...from }))
    yield reactions
    const last = reactions.at(-1)
    if (!last || reactions.length < limit) return
    from = { p_at: last.at, p_room_id: last.room, p_seq: last.seq, p_emoji: last.emoji }
  }
}

async function* actPages(ask: AskAbout): AsyncGenerator<Row[]> {
  const limit = limits.exportRows
  for (let after = 0; ;) {
    const acts = z.array(Act).parse(await ask('export_acts', { p_after: after, p_limit: limit }))
    yield acts
    if (acts.length < limit) return
    after = acts.at(-1)!.id
  }
}

function whole(name: string, value: unknown): ArchiveFile {
  return { name, pieces: [`${JSON.stringify(value, null, 2)}\n`] }
}

/** A list as JSON, a row on each line. */
function list(name: string, pages: AsyncIterable<Row[]>): ArchiveFile {
  return { name, pieces: lines(pages) }
}

async function* lines(pages: AsyncIterable<Row[]>): AsyncGenerator<string> {
  let before = '[\n'
  for await (const page of pages) {
    if (page.length === 0) continue
    yield before + page.map((row) => JSON.stringify(row)).join(',\n')
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}
