import { createClient } from '@supabase/supabase-js'

/** Postgres could not be asked, or it did not answer in time: whether anything happened is not known. */
export class DatabaseAway extends Error {}

/** Postgres answered, and refused. */
export class DatabaseRefused extends Error {
  /**
   * Whether it refused what it was sent: a value or a constraint (SQLSTATE classes 22 and 23), or what a function
   * raised. Anything else, such as a wrong key or a deadlock, says nothing of the batch.
   */
  readonly forItsContent: boolean

  constructor(message: string, code: string) {
    super(message)
    this.forItsContent = /^(22|23|P0)/.test(code)
  }
}

export interface DatabaseKeys {
  SUPABASE_URL: string
  SUPABASE_SERVICE_KEY: string
}

/** A dead host otherwise holds a call for minutes. */
const timeoutMs = 8_000

/** What the objects ask of Postgres: functions over Supabase's Data API, with the service key. */
export class ServiceFunctions {
  private readonly client: ReturnType<typeof connect>

  constructor(keys: DatabaseKeys) {
    this.client = connect(keys)
  }

  /** What the function answered. Throws DatabaseAway when that is not known, and DatabaseRefused when it said no. */
  async call(schema: 'public' | 'parley', name: string, args: Record<string, unknown>): Promise<unknown> {
    const { data, error, status } = await this.client.schema(schema).rpc(name, args).retry(false)
    if (error) throw failure(name, status, error)
    return data
  }
}

function connect(keys: DatabaseKeys) {
  return createClient(keys.SUPABASE_URL, keys.SUPABASE_SERVICE_KEY, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: limitedFetch },
  })
}

/** A fetch that gives up. Its timer ends with it: a timer that is left running keeps the object from hibernating. */
export const limitedFetch: typeof fetch = async (input, init) => {
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs)
  try {
    const answer = await fetch(input, { ...init, signal: giveUp.signal })
    const body = await answer.arrayBuffer()
    return new Response(body.byteLength > 0 ? body : null, answer)
  } finally {
    clearTimeout(timer)
  }
}

function failure(name: string, status: number, { message, code }: { message: string; code: string }): Error {
  // 0: no answer at all; 5xx: an answer from something in between, or from a Postgres that is starting.
  const away = status === 0 || status >= 500
  return away ? new DatabaseAway(`${name}: ${message}`) : new DatabaseRefused(`${name}: ${status} ${message}`, code)
}
