import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withPicture } from './database/picture.ts'
import { withMigratedDatabase } from './database/scratch.ts'
import { launchCommand } from './lib/command.ts'
import { repository } from './lib/settings.ts'

/** npm run db:picture: draw the tables in supabase/README.md anew, from a freshly migrated database. */
await launchCommand(async () => {
  const file = join(repository, 'supabase/README.md')
  const page = readFileSync(file, 'utf8')
  writeFileSync(file, await withMigratedDatabase((sql) => withPicture(page, sql)))
  console.log('Drew the tables in supabase/README.md.')
})
