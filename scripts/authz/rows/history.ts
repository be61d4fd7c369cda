import type { Rows } from '../row.ts'

/** What was said, and search. */
export const history: Rows = {
  listMessages: { ask: ({ room }) => ({ params: { room } }) },
  listChanges: { ask: ({ room }) => ({ params: { room }, query: { since: 0, from: 0 } }) },
  listPins: { ask: ({ room }) => ({ params: { room } }) },
  readMessage: { ask: ({ room, seq }) => ({ params: { room, seq: String(seq) } }) },
  readMessageInfo: { ask: ({ room, seq }) => ({ params: { room, seq: String(seq) } }) },
  listMedia: { ask: ({ room }) => ({ params: { room } }) },
  searchMessages: { ask: ({ room }) => ({ query: { q: 'message', room } }) },
  searchPeople: { ask: () => ({ query: { q: 'own' } }) },
  searchRooms: { ask: () => ({ query: { q: 'room' } }) },
}
