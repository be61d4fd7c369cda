import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { everyone } from '../../protocol/access.ts'
import { endpoint, problemsOf } from '../../protocol/endpoint.ts'
import { endpoints } from '../../protocol/endpoints.ts'
import { Schemas } from '../../protocol/openapi-schemas.ts'
import { openApi } from '../../protocol/openapi.ts'
import { problems } from '../../protocol/problems.ts'

const all = Object.values(endpoints).flat()

test('[API7] the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(openApi(endpoints)))
  expect({ valid, errors, version: validator.version }).toEqual({ valid: true, errors: undefined, version: '3.1' })
})

test('[API7] every endpoint is one operation, under its own id, with its statuses and no others', () => {
  const { paths } = openApi(endpoints)
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, responses }]) => {
      return { id: operationId, method: method.toUpperCase(), path, statuses: Object.keys(responses).map(Number) }
    }),
  )
  const expected = all.map((each) => {
    const statuses = [
      ...Object.keys(each.answers).map(Number),
      ...problemsOf(each).map((kind) => problems[kind].status),
    ]
    return { id: each.id, method: each.method, path: each.path, statuses: sorted(new Set(statuses)) }
  })
  const byId = <T extends { id: string }>(list: T[]) => list.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  expect(byId(operations.map((each) => ({ ...each, statuses: sorted(new Set(each.statuses)) })))).toEqual(
    byId(expected),
  )
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
})

test('[API7] a path names its parameters, and its endpoint nothing else', () => {
  for (const { id, path, params = {} } of all) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name))
    expect([id, Object.keys(params).toSorted()]).toEqual([id, named.toSorted()])
  }
})

test('[API7] every reference leads to a schema of the document', () => {
  const document = openApi(endpoints)
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(schemas|headers)\/(\w+)"/g)]
  expect(references.length).toBeGreaterThan(10)
  const missing = references.filter(
    ([, part, name]) => !((name ?? '') in document.components[part as 'schemas' | 'headers']),
  )
  expect(missing).toEqual([])
  expect(JSON.stringify(document)).not.toContain('#/$defs/')
})

test('[API7] what is sent in another shape than it is answered stands under two names', () => {
  const Page = z.object({ size: z._default(z.int(), 5) })
  const Book = z.object({ pages: z.array(Page) })
  const made = endpoint({
    ...{ id: 'bind', method: 'POST', path: '/books', summary: 'Bind', auth: 'nobody', access: everyone },
    ...{ pace: 'write', body: Book, answers: { 200: Book }, problems: [] },
  })
  const { paths, components } = openApi({ Books: [made] }, new Schemas({ Page, Book }))
  const { requestBody, responses } = paths['/books']!['post']!
  expect(requestBody!.content['application/json']!.schema).toEqual({ $ref: '#/components/schemas/Book' })
  expect(responses['200']!.content!['application/json']!.schema).toEqual({ $ref: '#/components/schemas/BookAnswered' })
  expect([components.schemas['Page'], components.schemas['PageAnswered']]).toMatchObject([{}, { required: ['size'] }])
  expect(JSON.stringify(components.schemas['BookAnswered'])).toContain('#/components/schemas/PageAnswered')
  expect(components.schemas['Page']).not.toHaveProperty('required')
})

test('[API11] every list that has pages takes a limit and a cursor, and answers items and next', () => {
  const paged = all.filter(({ query }) => query && 'cursor' in query)
  expect(paged.length).toBeGreaterThan(5)
  const { paths } = openApi(endpoints)
  for (const { id, path, method } of paged) {
    const { parameters = [], responses } = paths[path]![method.toLowerCase()]!
    const limit = parameters.find(({ name }) => name === 'limit')
    expect([id, limit?.schema]).toEqual([
      id,
      { type: 'integer', minimum: 1, maximum: expect.any(Number), default: expect.any(Number) },
    ])
    const schema = responses['200']!.content!['application/json']!.schema
    expect([id, (schema['required'] as string[]).toSorted()]).toEqual([id, expect.arrayContaining(['items', 'next'])])
  }
})

function sorted(numbers: Iterable<number>): number[] {
  return [...numbers].toSorted((a, b) => a - b)
}
