import type postgres from 'postgres'

/** One way to do something. It runs in a transaction that is rolled back; `as` where the two sides ask as different roles. */
export type Way = { what: string; as?: 'reader' | 'service'; run(tx: postgres.TransactionSql): Promise<unknown> }

/** The same thing done Parley's way and the obvious way. `share` is how much of the work the obvious way does. */
export type Contest = { name: string; as: 'reader' | 'service'; ours: Way; naive: Way; share?: number }

/** Milliseconds. `first`: before Postgres had read the pages, if nothing else had. */
export type Times = { first: number; p50: number; p95: number; runs: number }
/** `ratio`: how many times longer the obvious way takes for the same work. */
export type Result = { name: string; ours: Times; naive: Times & { what: string }; ratio: number }

// 1.2 s a side: a hundred runs of what is quick, and an end to what is not.
const budgetMs = 1_200
const mostRuns = 100

/** Both sides in turn, so that whatever else the machine does meets both. */
export async function hold(sql: postgres.Sql, reader: string, contest: Contest): Promise<Result> {
  const { name, ours, naive, as, share = 1 } = contest
  const taken: [number[], number[]] = [[], []]
  // Apart from the others: the pages are read, the functions compiled.
  const first = [await once(sql, reader, as, ours), await once(sql, reader, as, naive)] as const
  for (const spent = [0, 0]; ;) {
    const open = ([0, 1] as const).filter((side) => spent[side]! < budgetMs && taken[side].length < mostRuns)
    if (open.length === 0) break
    for (const side of open) {
      const ms = await once(sql, reader, as, side === 0 ? ours : naive)
      taken[side].push(ms)
      spent[side]! += ms
    }
  }
  const [fast, slow] = [
    times(first[0], taken[0]),
    times(
      first[1] / share,
      taken[1].map((ms) => ms / share),
    ),
  ]
  return { name, ours: fast, naive: { what: naive.what, ...slow }, ratio: round(slow.p50 / fast.p50) }
}

/** Do it once, roll it back, and answer the milliseconds of the work itself. */
export async function once(sql: postgres.Sql, reader: string, as: Contest['as'], way: Way): Promise<number> {
  let ms = 0
  try {
    await sql.begin(async (tx) => {
      const who = way.as ?? as
      const role = who === 'reader' ? 'authenticated' : 'service_role'
      await tx`select set_config('request.jwt.claim.sub', ${who === 'reader' ? reader : ''}, true),
        set_config('request.jwt.claim.role', ${role}, true)`
      await tx.unsafe(`set local role ${role}`)
      const began = performance.now()
      await way.run(tx)
      ms = performance.now() - began
      throw undone
    })
  } catch (error) {
    if (error !== undone) throw error
  }
  return ms
}

const undone = new Error('undone')

function times(first: number, ms: number[]): Times {
  const sorted = ms.toSorted((a, b) => a - b)
  const at = (part: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!)
  return { first: round(first), p50: at(0.5), p95: at(0.95), runs: ms.length }
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}
