import type { Rows } from '../row.ts'

/** What whoever runs Parley asks. */
export const system: Rows = {
  getHealth: { ask: () => ({}) },
  getReadiness: { ask: () => ({}) },
  getRoomMetrics: { ask: ({ room }) => ({ params: { room } }) },
  listWholeAudit: { ask: () => ({}) },
}
