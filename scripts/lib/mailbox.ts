import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'

/** Mails that are kept; the oldest goes. */
const kept = 200

const Mail = z.object({
  id: z.string(),
  at: z.number(),
  to: z.string(),
  subject: z.string(),
  html: z.string(),
  /** Where its button leads, and the code it shows, if it has one. */
  link: z.nullable(z.string()),
  code: z.nullable(z.string()),
  /** What a calendar takes over, of an invitation. */
  calendar: z._default(z.nullable(z.string()), null),
})

/** A mail as Parley's worker sends it, the way it does to a provider. */
const Sent = z.object({
  ...{ to: z.array(z.string()).check(z.length(1)), subject: z.string(), html: z.string() },
  attachments: z._default(z.array(z.object({ content: z.string() })), []),
})
type Mail = z.infer<typeof Mail>

/** What the mailbox shows under /mailbox. Only who is on this machine reads it. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"

/**
 * What Auth would mail, on this machine: nothing leaves it. The newest mails are kept, also in the data folder, and shown
 * at /mailbox. A hosted project mails for itself; there is none there.
 */
export class Mailbox {
  private readonly file: string | null
  private mails: Mail[]

  /** `dataDir` null: in memory alone. */
  constructor(dataDir: string | null) {
    this.file = dataDir && join(dataDir, 'mails.json')
    this.mails = this.file && existsSync(this.file) ? read(this.file) : []
  }

  /** Auth's email driver. */
  async send({ to, subject, html = '' }: { to: string; subject: string; html?: string }): Promise<void> {
    this.keep({ to, subject, html, calendar: null })
  }

  /** Takes what Parley's worker mails, who knows the service key; null: something else was asked. */
  async take(request: Request, serviceKey: string): Promise<Response | null> {
    if (request.method !== 'POST' || new URL(request.url).pathname !== '/mailbox/send') return null
    if (request.headers.get('authorization') !== `Bearer ${serviceKey}`) return new Response(null, { status: 401 })
    const sent = Sent.safeParse(await request.json().catch(() => null))
    if (!sent.success) return new Response(null, { status: 400 })
    const { to, subject, html, attachments } = sent.data
    const [file] = attachments
    const calendar = file ? Buffer.from(file.content, 'base64').toString() : null
    this.keep({ to: to[0]!, subject, html, calendar })
    return Response.json({ id: this.mails[0]!.id })
  }

  private keep({ to, subject, html, calendar }: Pick<Mail, 'to' | 'subject' | 'html' | 'calendar'>): void {
    const link = /href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? null
    const code = />\s*(\d{6})\s*</.exec(html)?.[1] ?? null
    this.mails.unshift({ id: randomUUID(), at: Date.now(), to, subject, html, link, code, calendar })
    this.mails.length = Math.min(this.mails.length, kept)
    // Who reads a mail gets into the account.
    if (this.file) writeFileSync(this.file, JSON.stringify(this.mails), { mode: 0o600 })
  }

  /** Answers what is asked below /mailbox; null: something else was asked. */
  answer(request: Request): Response | null {
    const { pathname, hostname } = new URL(request.url)
    if (pathname !== '/mailbox.json' && !/^\/mailbox(\/|$)/.test(pathname)) return null
    // A page elsewhere whose name was made to lead here must not read it.
    if (hostname !== '127.0.0.1' && hostname !== 'localhost') return new Response('Not found', { status: 404 })
    if (pathname === '/mailbox.json') return Response.json({ mails: this.mails })
    const [, , id, part] = pathname.split('/')
    if (!id) return html(list(this.mails))
    const mail = this.mails.find((each) => each.id === id)
    if (!mail) return new Response('There is no such mail.', { status: 404 })
    return html(part === 'html' ? mail.html : one(mail))
  }
}

function read(file: string): Mail[] {
  try {
    return z.array(Mail).parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // A process that was killed while it wrote leaves half a file.
    return []
  }
}

function html(text: string): Response {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }
  return new Response(text, { headers: { ...headers, 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' } })
}

function list(mails: Mail[]): string {
  const rows = mails.map(
    ({ id, at, to, subject }) =>
      `<li><a href="/mailbox/${id}"><b>${escaped(subject)}</b><br>${escaped(to)} · ${new Date(at).toLocaleString()}</a></li>`,
  )
  const none = '<p>No mail yet. What Parley mails on this machine lands here.</p>'
  return page('Mailbox', `<h1>Mailbox</h1>${mails.length === 0 ? none : `<ul>${rows.join('')}</ul>`}`)
}

function one({ id, to, subject, link, code }: Mail): string {
  const parts = [
    `<p><a href="/mailbox">All mails</a></p><h1>${escaped(subject)}</h1><p>To ${escaped(to)}</p>`,
    code === null ? '' : `<p>Code: <code>${escaped(code)}</code></p>`,
    link === null ? '' : `<p><a href="${escaped(link)}" rel="noreferrer">${escaped(link)}</a></p>`,
    // Without scripts and without an origin.
    `<iframe sandbox title="${escaped(subject)}" src="/mailbox/${id}/html"></iframe>`,
  ]
  return page(subject, parts.join(''))
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
ul { list-style: none; padding: 0 } li { border-top: 1px solid #8884 } li a { display: block; padding: .6rem 0; color: inherit }
iframe { width: 100%; height: 32rem; border: 1px solid #8884; border-radius: 8px; background: #fff }
</style>${body}</html>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
