import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { withMigratedDatabase } from '../scripts/database/scratch.ts'
import { Advice } from '../scripts/lib/advice.ts'
import { launchCommand } from '../scripts/lib/command.ts'
import { hold, type Result } from './sql/contest.ts'
import { ingesting } from './sql/ingesting.ts'
import { explainEverything, plans } from './sql/plans.ts'
import { reading } from './sql/reading.ts'
import { stage } from './sql/stage.ts'

type Shown = Result & { plans?: { ours: string[]; naive: string[] } }

/**
 * npm run bench -- sql [--json] [--plans] [--messages N] [--only WORD]: what the database is asked most, each against
 * the obvious way to write it, in the same run on a scratch server. Trust the ratios: the times are this machine's.
 */
await launchCommand(async ([, ...args]) => {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      plans: { type: 'boolean', default: false },
      messages: { type: 'string', default: '100000' },
      only: { type: 'string', default: '' },
    },
  })
  const messages = Number(values.messages)
  if (!Number.isInteger(messages) || messages < 10_000 || messages > 2_000_000)
    throw new Advice('--messages takes a number from 10000 to 2000000.')
  const say = (line: string) => void process.stderr.write(line)
  await withMigratedDatabase(async (owner) => {
    const set = await stage(owner, messages, { write: say })
    const contests = [...reading(set), ...(await ingesting(owner))].filter(({ name }) => name.includes(values.only))
    const notices: string[] = []
    const { host, port, database, user, pass } = owner.options
    const sql = postgres({
      host: host[0]!,
      port: port[0]!,
      database,
      user,
      pass: pass ?? '',
      max: 1,
      onnotice: ({ message }) => void notices.push(message ?? ''),
    })
    const results: Shown[] = []
    if (!values.json)
      console.log(
        `${'ms'.padEnd(36)}${['first', 'p50', 'p95'].map((title) => title.padStart(8)).join('')}${'obvious way: p50, p95'.padStart(24)}${'ratio'.padStart(9)}`,
      )
    for (const contest of contests) {
      const result: Shown = await hold(sql, set.reader, contest)
      if (!values.json) console.log(line(result))
      results.push(result)
    }
    // Afterwards: explaining everything costs time.
    if (values.plans) {
      await explainEverything(sql)
      for (const [i, contest] of contests.entries()) {
        results[i]!.plans = await plans(sql, set.reader, contest, notices)
        if (!values.json) console.log(planText(results[i]!))
      }
    }
    await sql.end()
    if (values.json) console.log(JSON.stringify({ messages, results }))
  })
})

function line({ name, ours, naive, ratio }: Result): string {
  const own = [ours.first, ours.p50, ours.p95].map((ms) => `${ms}`.padStart(8)).join('')
  return `${name.padEnd(36)}${own}${`${naive.p50}`.padStart(14)}${`${naive.p95}`.padStart(10)}${`${ratio}`.padStart(8)}×  ${naive.what}`
}

function planText({ name, naive, plans }: Shown): string {
  return [
    '',
    `── ${name}`,
    '',
    ...(plans?.ours ?? []),
    '',
    `── ${name}: ${naive.what}`,
    '',
    ...(plans?.naive ?? []),
  ].join('\n')
}
