import { parseArgs } from 'node:util'
import { endpoints } from '../protocol/endpoints.ts'
import { tryEverything } from './authz/run.ts'
import { picture, summary } from './authz/table.ts'
import { launchCommand } from './lib/command.ts'

/**
 * npm run authz [-- --json]: who may do what, as found out by a real request for every endpoint and actor. Exit code 1
 * when an endpoint is untested or answers otherwise than protocol/endpoints says.
 */
await launchCommand(async (args) => {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } })
  const table = await tryEverything(Object.values(endpoints).flat())
  const counted = summary(table)
  console.log(values.json ? JSON.stringify(counted) : `${picture(table)}\n\n${JSON.stringify(counted)}`)
  if (counted.untested + counted.failed > 0) process.exitCode = 1
})
