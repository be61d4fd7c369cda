import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { withPicture } from '../../scripts/database/picture.ts'
import { freshDatabase } from './support/database.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../supabase/README.md'), 'utf8')

test('the picture in supabase/README.md is what the migrations make; npm run db:picture draws it anew', async () => {
  const sql = await freshDatabase()
  expect(await withPicture(page, sql)).toBe(page)
  await sql.end()
})

test('every table, every reference and every policy is in it, and what stands around it stays', async () => {
  const sql = await freshDatabase()
  await sql.unsafe(`
    create table public.wheels (id int primary key, room uuid references public.rooms, teeth int);
    create policy "Everyone turns wheels" on public.wheels for update using (true);
  `)
  const drawn = await withPicture(
    'Before.\n<!-- from the catalogue, by npm run db:picture: begin -->old<!-- end -->\nAfter.',
    sql,
  )
  expect([drawn.startsWith('Before.\n'), drawn.endsWith('-->\nAfter.'), drawn.includes('old')]).toEqual([
    true,
    true,
    false,
  ])
  expect(drawn).toContain('  wheels {\n    integer id PK\n    uuid room FK\n  }\n')
  expect(drawn).toContain('  rooms |o--o{ wheels : "room"\n')
  expect(drawn).toContain('**wheels**\n\n- Everyone turns wheels. `update`\n')
  const [{ policies }] = (await sql`select count(*) as policies from pg_policies where schemaname = 'public'`) as [
    { policies: number },
  ]
  expect(drawn.match(/^- /gm)).toHaveLength(policies)
  await sql.end()
})
