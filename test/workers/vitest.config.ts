import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { requestLimits } from '../../protocol/limits.ts'

/** The limits of wrangler.toml by a tenth, so that a slow machine gets beyond them within a period too. */
function rateLimits() {
  const entries = Object.entries(requestLimits).flatMap(([pace, { periodSeconds, ...most }]) =>
    Object.entries(most).map(([by, limit]) => {
      const name = `RATE_${pace}_${by}`.toUpperCase()
      return [name, { namespace_id: name, simple: { limit: limit / 10, period: periodSeconds } }] as const
    }),
  )
  return Object.fromEntries(entries)
}

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../../node_modules/.vite/workers',
  plugins: [
    cloudflareTest(({ inject }) => {
      const keys = inject('keys')
      return {
        main: '../../worker/index.ts',
        miniflare: {
          compatibilityDate: '2026-10-15',
          compatibilityFlags: ['nodejs_compat', 'no_web_socket_compression'],
          durableObjects: {
            ROOM: { className: 'Room', useSQLite: true },
            INBOX: { className: 'Inbox', useSQLite: true },
            MEETING: { className: 'Meeting', useSQLite: true },
            TRIES: { className: 'Tries', useSQLite: true },
          },
          ratelimits: rateLimits(),
          bindings: {
            SUPABASE_URL: inject('supabaseUrl'),
            SUPABASE_ANON_KEY: keys.anonKey,
            SUPABASE_SERVICE_KEY: keys.serviceKey,
            SUPABASE_JWT_SECRET: keys.jwtSecret,
            PARLEY_SECRET: keys.parleySecret,
            PARLEY_MAIL_URL: `${inject('supabaseUrl')}/mailbox/send`,
            PARLEY_MAIL_KEY: keys.serviceKey,
            PARLEY_MAIL_FROM: 'Parley <meet@parley.test>',
            // Tests send more than people do; those of the limits turn them on.
            PARLEY_RATE_LIMITS: 'off',
          },
        },
      }
    }),
  ],
  test: {
    name: 'workers',
    include: ['**/*.test.ts'],
    sequence: { groupOrder: 4 },
    globalSetup: ['../backend/setup.ts'],
    // What the room says of a fault that a test makes is not news.
    silent: 'passed-only',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
