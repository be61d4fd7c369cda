import { openGate } from '../sync/client.ts'

/** The way to the server, for this page. */
export const gate = openGate()
