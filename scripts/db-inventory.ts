import { parseArgs } from 'node:util'
import { inventory, inventoryTable } from './database/inventory.ts'
import { withMigratedDatabase } from './database/scratch.ts'
import { launchCommand } from './lib/command.ts'

/**
 * npm run db:inventory [-- --json] [--schema parley]: what the migrations make, counted in a freshly migrated database.
 */
await launchCommand(async (args) => {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'boolean', default: false }, schema: { type: 'string', default: 'public' } },
  })
  const found = await withMigratedDatabase((sql) => inventory(sql, values.schema))
  console.log(values.json ? JSON.stringify(found.total) : inventoryTable(found))
})
