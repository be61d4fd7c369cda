import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Mailbox } from '../../scripts/lib/mailbox.ts'
import { repository } from '../../scripts/lib/settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-mailbox-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('[ACC9] the newest 200 mails are kept, also over a restart, for this user’s eyes alone', async () => {
  const box = new Mailbox(folder)
  for (let i = 1; i <= 201; i++) await box.send({ to: 'ada@example.org', subject: `Mail ${i}`, html: '' })

  const again = await mailsOf(new Mailbox(folder))

  expect(again).toHaveLength(200)
  expect(again.map(({ subject }) => subject)).toEqual(Array.from({ length: 200 }, (_, i) => `Mail ${201 - i}`))
  expect(statSync(join(folder, 'mails.json')).mode & 0o777).toBe(0o600)
})

test('[ACC9] a mail shows its code and its link, and nothing in it runs', async () => {
  const box = new Mailbox(null)
  const link = 'http://127.0.0.1:8787/auth/confirm?token_hash=abc&amp;type=magiclink'
  const html = `<p>Code <b>123456</b></p><a href="${link}">Sign in</a><script>alert(1)</script>`
  await box.send({ to: 'ada@example.org', subject: '<i>Sign in</i>', html })
  const [mail] = await mailsOf(box)
  expect(mail).toMatchObject({ code: '123456', link: link.replace('&amp;', '&') })

  for (const path of ['/mailbox', `/mailbox/${mail!.id}`, `/mailbox/${mail!.id}/html`]) {
    const page = box.answer(asked(path))!
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline'; frame-src/,
    )
    if (!path.endsWith('/html')) expect(await page.text()).not.toContain('<i>')
  }
  expect(await box.answer(asked(`/mailbox/${mail!.id}`))!.text()).toContain('<iframe sandbox ')
})

test('[ACC9] a site elsewhere reads no mail by a name that leads to this machine, and nothing else is answered', async () => {
  const box = new Mailbox(null)
  expect(box.answer(new Request('http://evil.test/mailbox.json'))?.status).toBe(404)
  expect(box.answer(asked('/auth/v1/health'))).toBe(null)
  expect(box.answer(asked('/mailbox/none'))?.status).toBe(404)
})

test.each(['confirmation', 'magic_link', 'recovery', 'email_change'])(
  '[ACC2] the mail %s leads to a page of Parley with the hash of its token, and to nothing else',
  (name) => {
    const html = readFileSync(join(repository, `supabase/templates/${name}.html`), 'utf8')
    const types = {
      confirmation: 'signup',
      magic_link: 'magiclink',
      recovery: 'recovery',
      email_change: 'email_change',
    }
    const type = types[name as keyof typeof types]
    const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => link)
    expect(links).toEqual([`{{ .SiteURL }}/auth/confirm?token_hash={{ .TokenHash }}&amp;type=${type}`])
    expect(html).not.toContain('ConfirmationURL')
    expect(html.includes('{{ .Token }}')).toBe(name === 'confirmation' || name === 'magic_link')
  },
)

test('the mails differ in title, text and link, and share the rest to the letter', () => {
  // Supabase takes whole files and mail programs no style sheet, so each has a copy of its own.
  const layouts = ['confirmation', 'magic_link', 'recovery', 'email_change'].map((name) => {
    const html = readFileSync(join(repository, `supabase/templates/${name}.html`), 'utf8')
    const [, title] = /<title>(.*)<\/title>/.exec(html)!
    expect(html).toContain(`font-size: 20px">${title}</h1>`)
    return html
      .replaceAll(title!, 'TITLE')
      .replace(/<p id="code"[^]*?<\/p>\s*/, '')
      .replace(/<p style="margin: 0 0 8px">Or type this code where you asked for it:<\/p>\s*/, '')
      .replaceAll(/(<p style="[^"]*">)\s*[^<\s][^<]*(<\/p>)/g, '$1TEXT$2')
      .replace(/(type=)\w+/, '$1TYPE')
      .replace(/(>)[^<>]*(<\/a)/, '$1WORD$2')
  })
  expect(layouts[0]).toContain('TYPE')
  expect([...new Set(layouts)]).toEqual([layouts[0]])
})

function asked(path: string): Request {
  return new Request(`http://127.0.0.1:54321${path}`)
}

async function mailsOf(box: Mailbox) {
  const { mails } = (await box.answer(asked('/mailbox.json'))!.json()) as {
    mails: { id: string; subject: string; code: string | null; link: string | null }[]
  }
  return mails
}

test('[MTG13] takes what the worker mails, from who knows the service key alone, and keeps the file for calendars', async () => {
  const box = new Mailbox(null)
  const send = (key: string, body: unknown) => {
    const request = new Request('http://127.0.0.1/mailbox/send', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    })
    return box.take(request, 'the service key')
  }
  const mail = { to: ['bob@example.org'], subject: 'Invitation', html: '<p>Come</p>' }
  const attachments = [{ filename: 'meeting.ics', content: Buffer.from('BEGIN:VCALENDAR').toString('base64') }]

  const answers = [await send('guessed', mail), await send('the service key', { ...mail, to: [] })]
  expect(answers.map((answer) => answer?.status)).toEqual([401, 400])
  expect(await mailsOf(box)).toEqual([])
  expect((await send('the service key', { ...mail, attachments }))?.status).toBe(200)
  expect(await mailsOf(box)).toMatchObject([{ to: 'bob@example.org', calendar: 'BEGIN:VCALENDAR' }])
})
