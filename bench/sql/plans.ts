import type postgres from 'postgres'
import { type Contest, once } from './contest.ts'

/** What Postgres does for one side, statement by statement, those inside of functions too. `notices` is where they arrive. */
export async function plans(
  sql: postgres.Sql,
  reader: string,
  contest: Contest,
  notices: string[],
): Promise<{ ours: string[]; naive: string[] }> {
  const told = async (side: 'ours' | 'naive'): Promise<string[]> => {
    await once(sql, reader, contest.as, {
      what: contest[side].what,
      async run(tx) {
        await tx`select set_config('client_min_messages', 'log', true)`
        notices.length = 0
        await contest[side].run(tx)
      },
    })
    // A loop says the same hundreds of times.
    return [...new Map(notices.map((plan) => [plan.replaceAll(/\d+/g, ''), plan])).values()].slice(0, 4)
  }
  return { ours: await told('ours'), naive: await told('naive') }
}

/** Let a session say the plan of every statement. Postgres ships the module. */
export async function explainEverything(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_analyze = on;
    set auto_explain.log_buffers = on;
    set auto_explain.log_timing = off;
    set auto_explain.log_level = notice;
  `)
}
