import type { Context } from 'hono'
import { html, raw } from 'hono/html'
import type { App } from '../env.ts'

/** A piece of HTML: what was put into it is escaped. */
export type Piece = ReturnType<typeof html>

/** Nothing runs on these pages, and nothing comes from elsewhere. */
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** A page of plain HTML that the worker serves itself: it needs no script, no network and no page build. */
export function document(c: Context<App>, title: string, body: Piece, status: 200 | 404 = 200): Promise<Response> {
  const whole = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Parley</title>
        <link rel="stylesheet" href="/api/docs.css" />
      </head>
      <body>
        ${body}
      </body>
    </html>`
  c.header('content-security-policy', policy)
  c.header('x-content-type-options', 'nosniff')
  c.header('referrer-policy', 'no-referrer')
  c.header('x-request-id', c.get('requestId'))
  return Promise.resolve(c.html(whole, status))
}

/** Plain text in which `this` stands as code. */
export function prose(text: string): Piece {
  const parts = text.split('`')
  return html`${parts.map((part, place) => (place % 2 === 1 ? html`<code>${part}</code>` : part))}`
}

/** Pieces one after the other, with something between them. */
export function joined(pieces: readonly Piece[], between: string): Piece {
  return html`${pieces.flatMap((piece, place) => (place === 0 ? [piece] : [raw(between), piece]))}`
}
