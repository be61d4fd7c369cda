import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withMigratedDatabase } from './database/scratch.ts'
import { databaseTypes } from './database/types.ts'
import { launchCommand } from './lib/command.ts'
import { repository } from './lib/settings.ts'

/** npm run db:types: write supabase/types.ts anew, from a freshly migrated database. */
await launchCommand(async () => {
  writeFileSync(join(repository, 'supabase/types.ts'), await withMigratedDatabase(databaseTypes))
  console.log('Wrote supabase/types.ts.')
})
