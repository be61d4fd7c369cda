import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

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
            TRIES: { className: 'Tries', useSQLite: true },
          },
          bindings: {
            SUPABASE_URL: inject('supabaseUrl'),
            SUPABASE_ANON_KEY: keys.anonKey,
            SUPABASE_SERVICE_KEY: keys.serviceKey,
            SUPABASE_JWT_SECRET: keys.jwtSecret,
            PARLEY_SECRET: keys.parleySecret,
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
