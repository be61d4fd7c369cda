import { ofOneself, type Row, type Rows } from '../row.ts'

const aboutStranger: Row = { ask: ({ stranger }) => ({ params: { person: stranger.id } }) }

/** What is one's own: settings, blocks, the list, what is unread. */
export const own: Rows = {
  getSettings: ofOneself,
  changeSettings: { ask: () => ({ body: { receipts: true } }) },
  listBlocks: ofOneself,
  blockPerson: aboutStranger,
  unblockPerson: aboutStranger,
  getPresence: { ask: ({ subject }) => ({ query: { people: subject.id } }) },
  getUnread: ofOneself,
  auditUnread: ofOneself,
  previewErasure: ofOneself,
  startErasure: { ask: () => ({ body: { mode: 'keep', password: 'correct horse' } }), fresh: true },
  readErasure: ofOneself,
  exportData: ofOneself,
  openInboxSocket: ofOneself,
  createInboxTicket: ofOneself,
}
