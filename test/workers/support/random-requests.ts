import fc, { type Arbitrary } from 'fast-check'
import type { openApi, Operation, Parameter } from '../../../protocol/openapi.ts'
import type { JsonSchema } from '../../../protocol/openapi-schemas.ts'
import { freshId } from './people.ts'

export type OpenApi = ReturnType<typeof openApi>

/** A request as it is about to be sent. `path` is below /api/v1 and encoded. */
export interface RandomRequest {
  path: string
  headers: Record<string, string>
  body: string | null
}

const uuid = /^\^\[0-9a-f\]\{8\}/

/** What no schema expects, and what programs trip over. */
const nasty: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    '\u0000',
    '\ud800',
    '\udfff text',
    'a'.repeat(20_000),
    '%',
    '../..',
    "' or 1=1 --",
    '<b>',
  ),
  fc.constantFrom<unknown>(null, true, -1, 0.5, 1e308, Number.MAX_SAFE_INTEGER, {}, [], [[]], '9'.repeat(40)),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 2 }),
)

/** Those that there are, so that a request may find something. */
export interface Known {
  rooms: readonly string[]
  meetings: readonly string[]
  people: readonly string[]
  /** Of links, into the room and into the meeting. */
  codes: readonly string[]
}

/** Requests of an operation: most parts as the document asks for them, some not. */
export class Requests {
  private readonly schemas: Record<string, JsonSchema>
  private readonly known: Known

  constructor({ components }: OpenApi, known: Known) {
    this.schemas = components.schemas
    this.known = known
  }

  of(path: string, { parameters = [], requestBody, responses }: Operation): Arbitrary<RandomRequest> {
    const schema = requestBody?.content['application/json']?.schema
    return fc
      .record({
        params: this.fields(parameters, 'path'),
        query: this.fields(parameters, 'query'),
        own: this.fields(parameters, 'header'),
        more: strange(101 in responses),
        body: schema ? this.body(schema) : fc.option(fc.string(), { freq: 8 }),
      })
      .map(({ params, query, own, more, body }) => ({
        path: pathOf(path, params, query),
        headers: { ...textual(own), ...more },
        body,
      }))
  }

  private fields(parameters: readonly Parameter[], place: Parameter['in']): Arbitrary<Record<string, unknown>> {
    const asked = parameters.filter((each) => each.in === place)
    const fields = asked.map(({ name, required, schema }): [string, Arbitrary<unknown>] => {
      const value = mostly(this.fitting(schema, name), nasty)
      if (place === 'path') return [name, value]
      // Few at once: some exclude each other, and no random word is a cursor.
      const none = { weight: required ? 1 : 5, arbitrary: fc.constant(undefined) }
      return [name, fc.oneof(none, { weight: required ? 15 : 2, arbitrary: value })]
    })
    return fc.record(Object.fromEntries(fields)).map((made) => {
      return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined))
    })
  }

  private body(schema: JsonSchema): Arbitrary<string | null> {
    const fitting = this.fitting(schema)
    const broken = fc.oneof(
      fc.constantFrom('', '{', '[1,', 'nul', '"\ud800"', '\u0000', `${'['.repeat(5_000)}${']'.repeat(5_000)}`),
      fc.constant(JSON.stringify({ filler: 'a'.repeat(70_000) })),
      fc.string({ unit: 'binary' }),
    )
    return fc.oneof(
      { weight: 10, arbitrary: fitting.map((value) => JSON.stringify(value)) },
      {
        weight: 3,
        arbitrary: fc.tuple(fitting, fc.string(), nasty).map(([value, where, what]) => spoilt(value, where, what)),
      },
      { weight: 1, arbitrary: nasty.map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: broken },
      { weight: 1, arbitrary: fc.constant(null) },
    )
  }

  /** Values that a schema of the document allows. `name`: what they are called there. */
  private fitting(schema: JsonSchema, name = ''): Arbitrary<unknown> {
    const { $ref, enum: values, anyOf, oneOf, type } = schema
    if (typeof $ref === 'string') return this.fitting(this.schemas[$ref.replace('#/components/schemas/', '')]!, name)
    if ('const' in schema) return fc.constant(schema['const'])
    if (Array.isArray(values)) return fc.constantFrom<unknown>(...values)
    const some = (anyOf ?? oneOf) as JsonSchema[] | undefined
    if (some) return fc.oneof(...some.map((each) => this.fitting(each, name)))
    if (Array.isArray(type))
      return fc.oneof(...type.map((each: string) => this.fitting({ ...schema, type: each }, name)))
    switch (type) {
      case 'object':
        return this.object(schema)
      case 'array':
        return this.array(schema)
      case 'string':
        return this.text(schema, name)
      case 'integer':
      case 'number':
        return whole(schema)
      case 'boolean':
        return fc.boolean()
      case 'null':
        return fc.constant(null)
      default:
        return fc.jsonValue({ maxDepth: 1 })
    }
  }

  private object({ properties = {}, required = [] }: JsonSchema): Arbitrary<unknown> {
    const fields = Object.entries(properties as Record<string, JsonSchema>)
    const model = Object.fromEntries(fields.map(([name, field]) => [name, this.fitting(field, name)]))
    return fc.record(model, { requiredKeys: required as string[] })
  }

  private array({ items, prefixItems, minItems = 0, maxItems = 4 }: JsonSchema): Arbitrary<unknown> {
    if (Array.isArray(prefixItems)) return fc.tuple(...prefixItems.map((each: JsonSchema) => this.fitting(each)))
    const least = minItems as number
    const most = Math.max(least, Math.min(maxItems as number, 4))
    return fc.array(this.fitting((items ?? {}) as JsonSchema), { minLength: least, maxLength: most })
  }

  /** Mostly one that there is: of a room or a meeting where it is called so, of a person elsewhere. */
  private id(name: string): Arbitrary<string> {
    const { rooms, meetings, people } = this.known
    const known = fc.constantFrom(...(name === 'room' ? rooms : name === 'meeting' ? meetings : people))
    return fc.oneof(
      { weight: 8, arbitrary: known },
      { weight: 1, arbitrary: fc.constantFrom(...rooms, ...people) },
      { weight: 1, arbitrary: fc.uuid() },
    )
  }

  private text({ pattern, minLength = 0, maxLength = 40 }: JsonSchema, name: string): Arbitrary<unknown> {
    if (typeof pattern === 'string') {
      if (!uuid.test(pattern)) return fc.stringMatching(new RegExp(pattern))
      if (pattern.includes('-7[')) return fc.constant(null).map(freshId)
      if (pattern.includes('(,'))
        return fc.array(this.id('person'), { minLength: 1, maxLength: 5 }).map((ids) => ids.join(','))
      return this.id(name)
    }
    if (name === 'code') return mostly(fc.constantFrom(...this.known.codes), fc.string())
    const bounds = { minLength: minLength as number, maxLength: Math.min(maxLength as number, 400) }
    return fc.oneof(fc.string({ ...bounds, unit: 'grapheme' }), fc.string({ ...bounds, unit: 'binary' }))
  }
}

/** Headers that nobody asked for, but for the upgrade where there is one. */
function strange(upgrades: boolean): Arbitrary<Record<string, string>> {
  const headers = fc.record(
    {
      'content-type': fc.constantFrom(
        'application/json',
        'text/plain',
        'multipart/form-data',
        'image/png; charset=x',
        '',
      ),
      accept: fc.constantFrom('text/html', '*/*', 'application/xml;q=0.1'),
      'x-request-id': fc.constantFrom('12345678-abc', 'x', 'a b', '"'),
      'x-forwarded-for': fc.constantFrom('127.0.0.1', 'nonsense'),
      'if-none-match': fc.constant('*'),
      range: fc.constant('bytes=0-1'),
      'sec-websocket-protocol': fc.constantFrom('parley', 'parley, parley.ticket.forged', ',,'),
    },
    { requiredKeys: [] },
  )
  if (!upgrades) return headers
  const upgrade = fc.constantFrom('websocket', 'websocket', 'WebSocket', 'h2c')
  return fc.tuple(headers, upgrade).map(([made, to]) => ({ ...made, upgrade: to }))
}

function mostly<T>(usual: Arbitrary<T>, other: Arbitrary<T>): Arbitrary<T> {
  return fc.oneof({ weight: 11, arbitrary: usual }, { weight: 1, arbitrary: other })
}

function whole({ minimum, maximum }: JsonSchema): Arbitrary<number> {
  const [min, max] = [Math.max(Number(minimum ?? -1_000), -1e9), Math.min(Number(maximum ?? 1e9), 8.64e15)]
  return fc.oneof(
    fc.integer({ min, max: Math.min(max, min + 60) }),
    fc.maxSafeInteger().map((n) => Math.min(max, Math.max(min, n))),
  )
}

/** A value with one of its parts gone, or replaced. */
function spoilt(value: unknown, where: string, what: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(what) ?? ''
  const keys = Object.keys(value)
  const key = keys[where.length % Math.max(keys.length, 1)] ?? where
  return JSON.stringify({ ...value, [key]: where.length % 3 === 0 ? undefined : what })
}

function pathOf(path: string, params: Record<string, unknown>, query: Record<string, unknown>): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(params[name]))
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encoded(value)}`)
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`
}

/** As an address holds it; a lone surrogate as the bytes that programs which know no better make of it. */
function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  // A path that is empty or climbs would be another one.
  const kept = text === '' || /^\.+$/.test(text) ? '%00' : text.slice(0, 4_000)
  return kept === '%00' ? kept : kept.isWellFormed() ? encodeURIComponent(kept) : '%ED%A0%80'
}

/** What a header can hold at all. */
function textual(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      String(value)
        .replaceAll(/[^\x20-\x7e]/g, '~')
        .trim(),
    ]),
  )
}
