/** What the worker gives every object, beside the way to other objects. */
export const env = {
  ...{ SUPABASE_URL: 'http://postgres.test', SUPABASE_SERVICE_KEY: 'key', PARLEY_SECRET: 'x'.repeat(64) },
  /** Meetings that take everything as said. */
  MEETING: { getByName: () => ({ membersGone: () => Promise.resolve(), endSessions: () => Promise.resolve() }) },
}
