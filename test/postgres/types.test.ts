import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import { expect, expectTypeOf, test } from 'vitest'
import { databaseTypes } from '../../scripts/database/types.ts'
import type { Database } from '../../supabase/types.ts'
import { freshDatabase } from './support/database.ts'

test('the types in supabase/types.ts are what the migrations make; npm run db:types writes them anew', async () => {
  const sql = await freshDatabase()
  const committed = readFileSync(resolve(import.meta.dirname, '../../supabase/types.ts'), 'utf8')
  expect(committed).toBe(await databaseTypes(sql))
  await sql.end()
})

test('a client with these types knows rows, what may be left out, embedded rows and functions', () => {
  const client = createClient<Database>('http://127.0.0.1:1', 'key')
  const query = client.from('rooms').select('name, last_seq, room_participants (user_id, role)').single()
  expectTypeOf<NonNullable<Awaited<typeof query>['data']>>().toEqualTypeOf<{
    name: string | null
    last_seq: number
    room_participants: { user_id: string; role: string }[]
  }>()

  type Message = Database['public']['Tables']['messages']
  expectTypeOf<Pick<Message['Insert'], 'room_id' | 'content' | 'search'>>().toEqualTypeOf<{
    room_id: string
    content?: string
    search?: never
  }>()
  expectTypeOf<Database['public']['Functions']['get_or_create_direct_room']>().toEqualTypeOf<{
    Args: { p_other_user: string }
    Returns: string
  }>()
  expectTypeOf<keyof Database['parley']['Tables']>().extract<'commands'>().toEqualTypeOf<'commands'>()
})
