/**
 * Keeps this process alive through one fault of postgres.js: it sends a query in a later turn, by when the connection may
 * be gone. The query has been told so already, but the send throws where nobody can catch it, and would end everything
 * because the database went away. Any other error that nobody caught still ends the process. Answers how to stop.
 */
export function surviveLateWrites(onLog: (line: string) => void): () => void {
  const survive = (error: unknown) => {
    if (!isLateWrite(error)) throw error
    onLog('a query was to be sent on a connection that had just closed')
  }
  process.on('uncaughtException', survive)
  return () => process.off('uncaughtException', survive)
}

function isLateWrite(error: unknown): boolean {
  if (!(error instanceof TypeError) || !error.message.includes("'write'")) return false
  return /[\\/]postgres[\\/]src[\\/]connection\.js/.test(error.stack ?? '')
}
