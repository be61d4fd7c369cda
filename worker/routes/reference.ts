import { Hono } from 'hono'
import { html } from 'hono/html'
import { endpoints } from '../../protocol/endpoints.ts'
import { openApi, type Operation, type Parameter } from '../../protocol/openapi.ts'
import type { JsonSchema } from '../../protocol/openapi-schemas.ts'
import { document, joined, prose, type Piece } from '../documents/document.ts'
import { shape } from '../documents/shape.ts'
import { stylesheet } from '../documents/stylesheet.ts'
import type { App } from '../env.ts'

/** The API as a document for programs, and as a page for people: both are made of the endpoints, when first asked for. */
export const reference = new Hono<App>()
  .get('/api/openapi.json', (c) => {
    c.header('x-content-type-options', 'nosniff')
    // Tools of other sites read it; there is nothing in it that is not public.
    c.header('access-control-allow-origin', '*')
    c.header('x-request-id', c.get('requestId'))
    return c.json(openApiOnce())
  })
  .get('/api/docs', (c) => document(c, 'API reference', pageOnce()))
  .get('/api/docs.css', (c) => {
    c.header('x-content-type-options', 'nosniff')
    c.header('x-request-id', c.get('requestId'))
    return c.body(stylesheet, 200, { 'content-type': 'text/css; charset=utf-8' })
  })

type OpenApi = ReturnType<typeof openApi>

let made: OpenApi | null = null
let page: Piece | null = null

function openApiOnce(): OpenApi {
  made ??= openApi(endpoints)
  return made
}

function pageOnce(): Piece {
  page ??= contents(openApiOnce())
  return page
}

interface Placed {
  method: string
  path: string
  operation: Operation
}

function contents({ paths, tags, components }: OpenApi): Piece {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Placed => ({ method: method.toUpperCase(), path, operation })),
  )
  const groups = tags.map(({ name }) => ({ name, found: all.filter(({ operation }) => operation.tags[0] === name) }))
  const links = groups.map(
    ({ name, found }) =>
      html`<li class="group">${name}</li>
        ${found.map(({ operation: { operationId: id } }) => html`<li><a href="#${id}">${id}</a></li>`)}`,
  )
  return html`<div class="sides">
    <nav aria-label="Endpoints">
      <details>
        <summary>All endpoints</summary>
        <ul>
          ${links}
          <li class="group"><a href="#schemas">Schemas</a></li>
        </ul>
      </details>
    </nav>
    <main>
      <h1>The API of Parley</h1>
      <p>
        Everything is under <code>/api/v1</code>. Bodies are JSON, times epoch milliseconds, ids UUIDs. A browser sends
        its cookie and <code>Origin</code>, a program <code>Authorization: Bearer</code>. Whatever is no success is one
        of the <a href="/problems">problems</a>. Programs read <a href="/api/openapi.json">the same as OpenAPI 3.1</a>.
      </p>
      ${groups.map(
        ({ name, found }) =>
          html`<section>
            <h2>${name}</h2>
            ${found.map(article)}
          </section>`,
      )}
      <section>
        <h2 id="schemas">Schemas</h2>
        ${Object.entries(components.schemas).map(
          ([name, schema]) =>
            html`<article id="schema-${name}">
              <h3>${name}</h3>
              ${code(schema)}
            </article>`,
        )}
      </section>
    </main>
  </div>`
}

function article({ method, path, operation }: Placed): Piece {
  const { operationId: id, summary, description, parameters = [], requestBody, responses } = operation
  const sent = requestBody?.content['application/json']
  const successes = Object.entries(responses).filter(([status]) => Number(status) < 400)
  return html`<article id="${id}">
    <h3>${summary}</h3>
    <p class="where"><span class="method">${method}</span> ${path} <span class="muted">${id}</span></p>
    ${description === undefined ? '' : html`<p>${prose(description)}</p>`}
    <p class="muted">${needs(operation)}</p>
    ${
      parameters.length > 0
        ? html`<h4>Parameters</h4>
            ${parameters.map(parameter)}`
        : ''
    }
    ${
      sent
        ? html`<h4>Body</h4>
            ${code(sent.schema)}`
        : ''
    }
    ${successes.map(([status, { description: what, content = {} }]) => answer(status, what, content))}
    <h4>Who may</h4>
    <ul class="access">
      ${Object.entries(operation['x-access']).map(
        ([actor, outcome]) => html`<li class="${outcome}">${actor}${outcome === 'served' ? '' : `: ${outcome}`}</li>`,
      )}
    </ul>
    <h4>Problems</h4>
    <p>${joined(operation['x-problems'].map(problemLink), ', ')}</p>
  </article>`
}

function needs({ security, 'x-pace': pace }: Operation): string {
  const ways = security.map((way) => Object.keys(way)[0] ?? 'nothing')
  return `Needs ${ways.length === 0 ? 'nothing' : ways.join(' or ')} · counts as ${pace}`
}

function parameter({ name, in: place, required, description, schema }: Parameter): Piece {
  return html`<p>
    <code>${name}</code> in ${place}${required ? '' : ', optional'}: <code>${shape(schema)}</code>
    ${description === undefined ? '' : prose(description)}
  </p>`
}

function answer(status: string, what: string, content: Record<string, { schema: JsonSchema }>): Piece {
  const [media, found] = Object.entries(content)[0] ?? []
  const other = media === undefined || media === 'application/json' ? '' : ` as ${media}`
  return html`<h4>${status} ${what}${other}</h4>
    ${found && other === '' ? code(found.schema) : ''}`
}

function code(schema: JsonSchema): Piece {
  return html`<pre tabindex="0">${shape(schema)}</pre>`
}

function problemLink(kind: string): Piece {
  return html`<a href="/problems/${kind}">${kind}</a>`
}
