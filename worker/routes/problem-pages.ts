import { Hono } from 'hono'
import { html } from 'hono/html'
import { problemTexts } from '../../protocol/problem-texts.ts'
import { problems, type ProblemKind } from '../../protocol/problems.ts'
import { document, prose } from '../documents/document.ts'
import type { App } from '../env.ts'

const kinds = Object.keys(problems) as ProblemKind[]

/** What the `type` of a problem leads to: a page for each kind, and one that lists them. */
export const problemPages = new Hono<App>()
  .get('/problems', (c) => {
    const items = kinds.map((kind) => {
      const { status, title } = problems[kind]
      return html`<li>
        <a href="/problems/${kind}"><code>${kind}</code></a> ${status} · ${title}
      </li>`
    })
    return document(
      c,
      'Problems',
      html`<main>
        <h1>Problems</h1>
        <p>
          Whatever is no success is answered with <code>application/problem+json</code> (RFC 9457). Its
          <code>type</code> is one of these and stays the same; titles and details are for people.
        </p>
        <ul>
          ${items}
        </ul>
        <p><a href="/api/docs">The reference of the API</a></p>
      </main>`,
    )
  })
  .get('/problems/:kind', (c) => {
    const kind = kinds.find((each) => each === c.req.param('kind'))
    if (!kind) {
      const none = html`<main>
        <h1>There is no such problem</h1>
        <p><a href="/problems">All problems</a></p>
      </main>`
      return document(c, 'No such problem', none, 404)
    }
    const { status, title } = problems[kind]
    const text = problemTexts[kind]
    return document(
      c,
      title,
      html`<main>
        <p class="muted"><code>/problems/${kind}</code> · status ${status}</p>
        <h1>${title}</h1>
        <dl>
          <dt>What it means</dt>
          <dd>${prose(text.means)}</dd>
          <dt>What to do</dt>
          <dd>${prose(text.do)}</dd>
          <dt>May the same request be sent again?</dt>
          <dd>${prose(text.retry)}</dd>
        </dl>
        <p><a href="/problems">All problems</a> · <a href="/api/docs">The reference of the API</a></p>
      </main>`,
    )
  })
