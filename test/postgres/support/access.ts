/** Who of the actors is able: `nobody`, `everyone`, or their names. */
export function tally(able: readonly string[], actors: readonly string[]): string {
  if (able.length === actors.length) return 'everyone'
  return able.join(' ') || 'nobody'
}

/** What one command meets in rooms that an object writes, and in rooms that SQL writes. */
type Access = { do: string; sql: string }

const active = 'member moderator admin owner blocked'
const signedIn = 'stranger member moderator admin owner banned left blocked'

/** Who reaches a row of each table in public, by each command: others' rows, and where it says so their own. */
export const matrix: Record<string, Record<'select' | 'insert' | 'update' | 'delete', Access>> = {
  user_profiles: {
    select: { do: 'owner service', sql: 'owner service' },
    insert: { do: `${signedIn} service`, sql: `${signedIn} service` },
    update: { do: 'owner service', sql: 'owner service' },
    delete: { do: 'stranger service', sql: 'stranger service' },
  },
  rooms: {
    select: { do: `${active} service`, sql: `${active} service` },
    insert: { do: `${signedIn} service`, sql: 'service' },
    update: { do: 'service', sql: 'admin owner service' },
    delete: { do: 'service', sql: 'owner service' },
  },
  'room_participants, of others': {
    select: { do: `${active} service`, sql: `${active} service` },
    insert: { do: 'service', sql: 'admin owner service' },
    update: { do: 'service', sql: 'admin owner service' },
    delete: { do: 'service', sql: 'admin owner blocked service' },
  },
  'room_participants, own': {
    select: {
      do: 'member moderator admin owner banned left blocked',
      sql: 'member moderator admin owner banned left blocked',
    },
    insert: { do: 'service', sql: 'admin owner service' },
    update: { do: 'nobody', sql: active },
    delete: { do: 'nobody', sql: 'member moderator admin blocked' },
  },
  'messages, of others': {
    select: { do: `${active} service`, sql: `${active} service` },
    insert: { do: 'service', sql: 'service' },
    update: { do: 'service', sql: 'service' },
    delete: { do: 'service', sql: 'service' },
  },
  'messages, own': {
    select: { do: active, sql: active },
    insert: { do: 'service', sql: `${active} service` },
    update: { do: 'nobody', sql: active },
    delete: { do: 'nobody', sql: 'nobody' },
  },
  'message_status, of others': {
    select: { do: `${active} service`, sql: `${active} service` },
    insert: { do: 'service', sql: 'service' },
    update: { do: 'service', sql: 'service' },
    delete: { do: 'service', sql: 'service' },
  },
  'message_status, own': {
    select: {
      do: 'member moderator admin owner banned left blocked',
      sql: 'member moderator admin owner banned left blocked',
    },
    insert: { do: 'service', sql: `${active} service` },
    update: { do: 'nobody', sql: active },
    delete: { do: 'nobody', sql: 'nobody' },
  },
  'message_reactions, of others': {
    select: { do: `${active} service`, sql: `${active} service` },
    insert: { do: 'service', sql: 'service' },
    update: { do: 'service', sql: 'service' },
    delete: { do: 'service', sql: 'service' },
  },
  'message_reactions, own': {
    select: { do: active, sql: active },
    insert: { do: 'service', sql: `${active} service` },
    update: { do: 'nobody', sql: 'nobody' },
    delete: { do: 'nobody', sql: active },
  },
  'typing_indicators, of others': {
    select: { do: `${active} service`, sql: `${active} service` },
    insert: { do: 'service', sql: 'service' },
    update: { do: 'service', sql: 'service' },
    delete: { do: 'service', sql: 'service' },
  },
  'typing_indicators, own': {
    select: { do: active, sql: active },
    insert: { do: 'service', sql: `${active} service` },
    update: { do: 'nobody', sql: active },
    delete: { do: 'nobody', sql: active },
  },
  user_presence: {
    select: {
      do: 'stranger member moderator admin owner banned left service',
      sql: 'stranger member moderator admin owner banned left service',
    },
    insert: { do: `${signedIn} service`, sql: `${signedIn} service` },
    update: { do: 'owner service', sql: 'owner service' },
    delete: { do: 'service', sql: 'service' },
  },
  meetings: {
    select: { do: `${active} service`, sql: `${active} service` },
    insert: { do: `${active} service`, sql: `${active} service` },
    update: { do: 'owner service', sql: 'owner service' },
    delete: { do: 'owner service', sql: 'owner service' },
  },
  meeting_participants: {
    select: { do: 'owner service', sql: 'owner service' },
    insert: { do: `${active} service`, sql: `${active} service` },
    update: { do: 'owner service', sql: 'owner service' },
    delete: { do: 'owner service', sql: 'owner service' },
  },
  meeting_invitations: {
    select: { do: 'owner service', sql: 'owner service' },
    insert: { do: 'owner service', sql: 'owner service' },
    update: { do: 'owner service', sql: 'owner service' },
    delete: { do: 'owner service', sql: 'owner service' },
  },
  meeting_recordings: {
    select: { do: 'owner service', sql: 'owner service' },
    insert: { do: 'service', sql: 'service' },
    update: { do: 'service', sql: 'service' },
    delete: { do: 'owner service', sql: 'owner service' },
  },
}
