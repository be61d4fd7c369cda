import postgres from 'postgres'
import { actAs } from '../../postgres/support/people.ts'
import type { Sql } from '../../postgres/support/database.ts'

/** A scan of a table in an executed plan. `rows` is how many it gave and sifted out, all its runs together. */
export type Scan = { node: string; index: string | null; condition: string; filter: string; rows: number }

type Node = Record<string, unknown> & { Plans?: Node[] }

/** Runs a query and answers how Postgres read messages for it, inside of functions too. */
export type Explainer = {
  scans(query: string, change?: string): Promise<Scan[]>
  /** The pages that a query reads, of whatever table. */
  pages(query: string): Promise<number>
  end(): Promise<void>
}

/**
 * An explainer for one person, by their id, or for `service`. `change` is done by the owner first, in the same transaction, and rolled back with it: the
 * plan that there would be without an index.
 */
export async function explainer(sql: Sql, person: string): Promise<Explainer> {
  const notices: string[] = []
  const { host, port, database, user, pass } = sql.options
  const connection = postgres({
    ...{ host: host[0]!, port: port[0]!, database, user, pass: pass ?? '', max: 1 },
    onnotice: ({ message }) => void notices.push(message ?? ''),
  })
  await connection.unsafe(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_analyze = on;
    set auto_explain.log_buffers = on;
    set auto_explain.log_timing = off;
    set auto_explain.log_format = json;
    set auto_explain.log_level = notice;
    set client_min_messages = notice;
  `)
  async function explain(query: string, change = 'select'): Promise<Node[]> {
    await connection
      .begin(async (tx) => {
        await tx.unsafe(change)
        await actAs(tx as never, person === 'service' ? 'service_role' : 'authenticated', person)
        notices.length = 0
        await tx.unsafe(query)
        throw undone
      })
      .catch((error: unknown) => {
        if (error !== undone) throw error
      })
    return notices.flatMap((notice) => planOf(notice))
  }
  return {
    scans: async (query, change) => (await explain(query, change)).flatMap((plan) => scansOf(plan)),
    async pages(query) {
      // The statement itself comes last, and what its functions read is in it.
      const top = (await explain(query)).at(-1)!
      return Number(top['Shared Hit Blocks']) + Number(top['Shared Read Blocks'])
    },
    end: () => connection.end(),
  }
}

const undone = new Error('undone')

function planOf(notice: string): Node[] {
  const begins = notice.indexOf('{')
  if (!notice.startsWith('duration:') || begins < 0) return []
  return [(JSON.parse(notice.slice(begins)) as { Plan: Node }).Plan]
}

function scansOf(plan: Node): Scan[] {
  const scans: Scan[] = []
  const visit = (node: Node, above: Node | null) => {
    // A bitmap scan names the table above and the index below.
    const name = String(node['Node Type'])
    const table = node['Relation Name'] ?? (name === 'Bitmap Index Scan' ? above?.['Relation Name'] : undefined)
    if (table === 'messages' && name !== 'Bitmap Heap Scan') {
      scans.push({
        node: name,
        index: (node['Index Name'] as string | undefined) ?? null,
        condition: (node['Index Cond'] as string | undefined) ?? '',
        filter: (node['Filter'] as string | undefined) ?? '',
        rows:
          (Number(node['Actual Rows']) + Number(node['Rows Removed by Filter'] ?? 0)) * Number(node['Actual Loops']),
      })
    }
    const heap = name.startsWith('Bitmap') && node['Relation Name'] === undefined ? above : node
    for (const child of node.Plans ?? []) visit(child, heap)
  }
  visit(plan, null)
  return scans
}
