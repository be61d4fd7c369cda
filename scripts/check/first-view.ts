import { gzipSync } from 'node:zlib'
import * as z from 'zod/mini'

/**
 * The first view stays small: what a newcomer's browser loads before the page shows, and what one loads who is signed in
 * and opens a room, in gzipped kilobytes.
 */
export const budgets = { js: 125, room: 150, css: 12, html: 4 } as const

/** The pages before one is inside, and the rooms' part of the page: nobody needs both at once. */
const door = 'src/auth/door.tsx'
const shell = 'src/shell/shell.tsx'

/** What Vite writes of a build, as far as it is read here. */
export const Manifest = z.record(
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
export function firstView(manifest: Manifest): { js: string[]; room: string[]; css: string[] } {
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry === true)
  const [page, room] = [filesOf(manifest, [...entries, door]), filesOf(manifest, [...entries, shell])]
  const ending = (files: Set<string>, end: string): string[] => [...files].filter((file) => file.endsWith(end))
  return { js: ending(page, '.js'), room: ending(room, '.js'), css: ending(room, '.css') }
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
  return (['js', 'room', 'css', 'html'] as const).map((what) => {
    const bytes = files[what].reduce((sum, file) => sum + gzipSync(read(file), { level: 9 }).length, 0)
    return { what, files: files[what].length, bytes, budget: budgets[what] * 1_000 }
  })
}
