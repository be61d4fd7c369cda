import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as z from 'zod/mini'

/**
 * The first view stays small: what a newcomer's browser loads before the page shows, and what one loads who is signed in
 * and opens a room, in gzipped kilobytes. So do the pages before a meeting (`prejoin`, in their own scripts), and what is
 * fetched beside them for the meeting itself (`meeting`).
 */
const budgets = { js: 119, room: 150, css: 12, html: 4, prejoin: 21, meeting: 190 } as const

/** The pages before one is inside, and the rooms' part of the page: nobody needs both at once. */
const door = 'src/auth/door.tsx'
const shell = 'src/shell/shell.tsx'
/** The pages before a meeting, and the meeting with its sound and picture. */
const meetings = 'src/meetings/meetings.tsx'
const call = 'src/meetings/call/call.tsx'

/** What Vite writes of a build, as far as it is read here. */
const Manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.optional(z.boolean()),
    css: z.optional(z.array(z.string())),
    imports: z.optional(z.array(z.string())),
  }),
)
export type Manifest = z.infer<typeof Manifest>

/**
 * The files of the first view: the entries, everything they import at once, and their styles. `js` are the scripts
 * before someone can sign in, `room` those before a room shows. Other lazy chunks are not.
 */
export function firstView(manifest: Manifest): Record<'js' | 'room' | 'css' | 'prejoin' | 'meeting', string[]> {
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry === true)
  const [page, room] = [filesOf(manifest, [...entries, door]), filesOf(manifest, [...entries, shell])]
  const ending = (files: Set<string>, end: string): string[] => [...files].filter((file) => file.endsWith(end))
  const before = filesOf(manifest, [...entries, door, meetings])
  const inside = filesOf(manifest, [...entries, door, meetings, call])
  return {
    js: ending(page, '.js'),
    room: ending(room, '.js'),
    css: ending(room, '.css'),
    // What every page before one is inside loads is in its own budget.
    prejoin: ending(without(before, page), '.js'),
    meeting: ending(without(inside, before), '.js'),
  }
}

function without(files: Set<string>, those: Set<string>): Set<string> {
  return new Set([...files].filter((file) => !those.has(file)))
}

function filesOf(manifest: Manifest, keys: readonly string[]): Set<string> {
  const seen = new Set<string>()
  const open = [...keys]
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (seen.has(key)) continue
    seen.add(key)
    open.push(...(manifest[key]?.imports ?? []))
  }
  const chunks = [...seen].flatMap((key) => manifest[key] ?? [])
  return new Set(chunks.flatMap(({ file, css }) => [file, ...(css ?? [])]))
}

/** One line of the table. Sizes are bytes. */
export type Weight = { what: keyof typeof budgets; files: number; bytes: number; budget: number }

/** What the first view of a build weighs. `read` gives the bytes of a file of the build. */
export function weigh(manifest: Manifest, read: (file: string) => Uint8Array): Weight[] {
  const files = { ...firstView(manifest), html: ['index.html'] }
  return (Object.keys(budgets) as (keyof typeof budgets)[]).map((what) => {
    const bytes = files[what].reduce((sum, file) => sum + gzipSync(read(file), { level: 9 }).length, 0)
    return { what, files: files[what].length, bytes, budget: budgets[what] * 1_000 }
  })
}

/** What the first view of the build in this folder weighs. */
export function weighBuild(folder: string): Weight[] {
  const manifest = z.parse(Manifest, JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')))
  return weigh(manifest, (name) => readFileSync(join(folder, name)))
}

/** The weights that are too much; one without a script is a manifest that was read wrongly. */
export function tooMuch(weights: readonly Weight[]): Weight[] {
  return weights.filter(({ bytes, budget }) => bytes > budget || bytes === 0)
}
