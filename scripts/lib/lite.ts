import { App } from '@supabase/lite'
import { createPostgresConnection } from '@supabase/lite/postgres'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import postgres from 'postgres'
import { type HttpServer, serve } from './http-server.ts'
import { inTurn } from './in-turn.ts'
import { Mailbox } from './mailbox.ts'
import { repository } from './settings.ts'
import { survivePostgresJs } from './postgres-js.ts'
import { withLog } from './lite-log.ts'

/** Who Supabase Lite is: its keys, the secret it signs sessions with, and the password of its login in Postgres. */
export type LiteKeys = { anonKey: string; serviceKey: string; jwtSecret: string; litePassword: string }

/** What becomes of Auth's mails: where they land, where their links lead, and whether a new account has to be confirmed. */
export type Mail = { box: Mailbox; siteUrl: string; confirm: boolean }

// Lite's login. It owns no table: Lite grants everything on every table to everyone, where it can.
const login = 'parley_lite'

/** Make schema auth and Lite's login in the database of `ownerUrl`. After the prelude, before the migrations; repeatable. */
export async function prepareLite(ownerUrl: string, keys: LiteKeys): Promise<void> {
  const app = liteApp(ownerUrl, keys)
  try {
    await app.init()
    await app.ensureSystemSchema({})
  } finally {
    await app.connection.close()
  }
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} })
  try {
    const known = await sql`select from pg_roles where rolname = ${login}`
    if (known.length === 0) await sql.unsafe(`create role ${login} login noinherit`)
    // Made of base64url characters alone, so it needs no escaping.
    await sql.unsafe(`
      alter role ${login} password '${keys.litePassword}';
      -- As on hosted projects: no request holds a connection for longer.
      alter role ${login} set statement_timeout = '8s';
      grant anon, authenticated to ${login} with inherit true;
      grant service_role to ${login} with inherit true;
      grant usage on schema auth to anon, authenticated, service_role, ${login};
      grant all on all tables in schema auth to ${login};
      grant all on all sequences in schema auth to ${login};
    `)
  } finally {
    await sql.end()
  }
}

/**
 * Serve Auth at /auth/v1 and the Data API at /rest/v1 over the migrated database of `ownerUrl`. While the database is
 * away every answer is a 5xx within milliseconds; `onLog` hears what Lite has to say about refused and failed queries.
 */
export async function serveLite(
  ownerUrl: string,
  port: number,
  keys: LiteKeys,
  onLog: (line: string) => void = () => {},
  mail: Mail = { box: new Mailbox(null), siteUrl: 'http://127.0.0.1:8787', confirm: false },
): Promise<HttpServer> {
  const url = new URL(ownerUrl)
  url.username = login
  url.password = keys.litePassword
  const app = liteApp(url.href, keys, mail)
  await app.init()
  // Lite believes that its grants are made already. It would make them at the first request, and fail it where a table
  // is closed to the login.
  Object.assign(app.connection, { rlsState: 'active' })
  // Lite learns the tables from the database once; asked for the first time while it is away, it would say 404.
  await app.connection.introspect({ useCache: true })
  const refreshed = inTurn(async (request) => await app.fetch(request))
  const ask = (request: Request) => (refreshes(new URL(request.url)) ? refreshed(request) : app.fetch(request))
  const server = await serve(port, 'PARLEY_SUPABASE_PORT', (request) =>
    withLog(
      onLog,
      async () =>
        (await mail.box.take(request, keys.serviceKey)) ??
        mail.box.answer(request) ??
        (offered.test(new URL(request.url).pathname) ? ask(request) : notFound()),
    ),
  )
  const forget = survivePostgresJs(onLog)
  return {
    url: server.url,
    async close() {
      await server.close()
      // A request that broke off keeps its connection reserved for ever, and closing would wait for that. What is left
      // ends with Postgres.
      await Promise.race([app.connection.close(), setTimeout(closeWithinMs, undefined, { ref: false })])
      forget()
    },
  }
}

// 1 s: a query that is on its way has been answered by then.
const closeWithinMs = 1_000

// Lite also shows its configuration, passwords included, below /_system.
const offered = /^\/(auth|rest)\/v1(\/|$)/

function refreshes({ pathname, searchParams }: URL): boolean {
  return pathname === '/auth/v1/token' && searchParams.get('grant_type') === 'refresh_token'
}

function notFound(): Response {
  return Response.json({ message: 'Not found' }, { status: 404 })
}

function liteApp(url: string, keys: LiteKeys, mail?: Mail) {
  const connection = createPostgresConnection({
    url,
    postgresOptions: {
      max: 10,
      // Seconds. A database that is away is tried again at once when it is back, and never waited for.
      connect_timeout: 2,
      backoff: () => 0.2,
      onnotice: () => {},
      types: { json: asJson(114), jsonb: asJson(3802) },
    },
  })
  return new App({
    connection,
    api: { enabled: true, schemas: ['public', 'parley'] },
    auth: {
      enabled: true,
      jwt_secret: keys.jwtSecret,
      publishable_key: keys.anonKey,
      secret_key: keys.serviceKey,
      minimum_password_length: 8,
      ...(mail && {
        site_url: mail.siteUrl,
        email: {
          enable_confirmations: mail.confirm,
          // Lite would ask the old address alone, and nobody would have seen that the new one is theirs.
          double_confirm_changes: false,
          template: mailTemplates,
        },
      }),
    },
    options: {
      // Admin mode would make every request without a key the service role.
      server: { admin: false, disableStudio: true },
      drivers: { email: mail?.box ?? new Mailbox(null) },
    },
  })
}

// As supabase/config.toml says it for a hosted project.
const mailTemplates = {
  confirmation: { subject: 'Confirm your e-mail for Parley', content_path: template('confirmation') },
  magic_link: { subject: 'Sign in to Parley', content_path: template('magic_link') },
  recovery: { subject: 'Choose a new password for Parley', content_path: template('recovery') },
  email_change: { subject: 'Confirm your new address for Parley', content_path: template('email_change') },
}

function template(name: string): string {
  return join(repository, 'supabase/templates', `${name}.html`)
}

// Lite hands over JSON that is text already; encoding it again would store a string.
function asJson(type: number) {
  return {
    to: type,
    from: [type],
    serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
    parse: (text: string): unknown => JSON.parse(text),
  }
}
