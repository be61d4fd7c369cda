/**
 * Keeps this process alive through two faults of postgres.js, which would end everything because the database went away.
 *
 * - It sends a query in a later turn, by when the connection may be gone. The query has been told so already, but the
 *   send throws where nobody can catch it.
 * - A new connection first asks for the types of the database, and nobody awaits the answer. When the connection breaks
 *   before it, whoever wanted the connection waits for ever; the next ones get another.
 *
 * Any other error that nobody caught still ends the process. `onLog` hears of each; answers how to stop.
 */
export function survivePostgresJs(onLog: (line: string) => void): () => void {
  const survive = (error: unknown) => {
    if (isLateWrite(error)) onLog('a query was to be sent on a connection that had just closed')
    else if (isTypesQuery(error)) onLog('a connection broke before it knew the types of the database')
    else throw error
  }
  process.on('uncaughtException', survive)
  return () => process.off('uncaughtException', survive)
}

function isLateWrite(error: unknown): boolean {
  if (!(error instanceof TypeError) || !error.message.includes("'write'")) return false
  return /[\\/]postgres[\\/]src[\\/]connection\.js/.test(error.stack ?? '')
}

// postgres.js tells with an error which query it met.
function isTypesQuery(error: unknown): boolean {
  if (!(error instanceof Error) || !('query' in error)) return false
  return /^\s*select b\.oid, b\.typarray\s+from pg_catalog\.pg_type a\b/.test(String(error.query))
}
