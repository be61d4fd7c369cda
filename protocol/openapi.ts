import * as z from 'zod/mini'
import { problemsOf, type Auth, type Endpoint } from './endpoint.ts'
import { Schemas, type JsonSchema } from './openapi-schemas.ts'
import { limits } from './limits.ts'
import { Problem, problems, type ProblemKind } from './problems.ts'

/** The API as OpenAPI 3.1 says it, generated from its endpoints. */
export function openApi(groups: Readonly<Record<string, readonly Endpoint[]>>, schemas = new Schemas()) {
  const paths: Record<string, Record<string, Operation>> = {}
  // First of all, so that it stands first.
  schemas.of(Problem, 'output')
  for (const [tag, endpoints] of Object.entries(groups)) {
    for (const endpoint of endpoints) {
      const { path, method } = endpoint
      paths[path] = { ...paths[path], [method.toLowerCase()]: operation(endpoint, tag, schemas) }
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Parley',
      version: '1',
      summary: 'Chat at the edge',
      description:
        'Bodies are JSON, times epoch milliseconds, ids UUIDs. Whatever is no success is problem+json with a stable `type`. docs/api.md says how pages, keys and limits work.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api/v1' }],
    tags: Object.keys(groups).map((name) => ({ name })),
    paths,
    components: { schemas: schemas.components, securitySchemes, headers },
  }
}

/** One operation of the document. */
export interface Operation {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, { description: string; headers?: Record<string, JsonSchema>; content?: Content }>
  /** What each actor gets of a well-formed request. */
  'x-access': Endpoint['access']
  /** The kinds of problem it answers with. */
  'x-problems': ProblemKind[]
  /** Which limit of requests it counts against. */
  'x-pace': Endpoint['pace']
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: JsonSchema
}

type Content = Record<string, { schema: JsonSchema }>

const securitySchemes = {
  cookie: {
    ...{ type: 'apiKey', in: 'cookie', name: 'parley_access' },
    description: 'The session of a browser, set by signing in. What changes something must come from our own origin.',
  },
  bearer: {
    ...{ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    description: 'An access token of Supabase Auth, for programs.',
  },
  guest: {
    ...{ type: 'apiKey', in: 'cookie', name: 'parley_guest' },
    description: 'A guest of one meeting, set by coming by its link under a name.',
  },
  serviceKey: {
    ...{ type: 'http', scheme: 'bearer' },
    description: 'The service key, for whoever runs this Parley.',
  },
}

const headers = {
  RequestId: {
    description: 'Names the request in the logs: the one that it came with, where that is well-formed.',
    schema: { type: 'string' },
  },
  RetryAfter: {
    description: 'After so many seconds the same request may be sent again.',
    schema: { type: 'integer', minimum: 0 },
  },
}

const requestIdHeader = { 'x-request-id': { $ref: '#/components/headers/RequestId' } }

const security: Record<Auth, Record<string, string[]>[]> = {
  nobody: [],
  optional: [{}, { cookie: [] }, { bearer: [] }],
  session: [{ cookie: [] }, { bearer: [] }],
  grace: [{ cookie: [] }, { bearer: [] }],
  entrant: [{ cookie: [] }, { bearer: [] }, { guest: [] }],
  service: [{ serviceKey: [] }],
}

function operation(endpoint: Endpoint, tag: string, schemas: Schemas): Operation {
  const { id, summary, notes, auth, params, query, body, keyed } = endpoint
  const parameters = [
    ...fieldsIn('path', params, schemas),
    ...fieldsIn('query', query, schemas),
    ...(keyed ? [idempotencyKey] : []),
  ]
  return {
    ...{ operationId: id, summary, ...(notes === undefined ? {} : { description: notes }), tags: [tag] },
    security: security[auth],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: schemas.of(body, 'input') } },
      },
    }),
    responses: { ...successes(endpoint, schemas), ...refusals(endpoint) },
    'x-access': endpoint.access,
    'x-problems': problemsOf(endpoint),
    'x-pace': endpoint.pace,
  }
}

const idempotencyKey: Parameter = {
  ...{ name: 'Idempotency-Key', in: 'header', required: false },
  description: 'A word that you make for this request. Its repeats, within a day, get the first answer.',
  schema: { type: 'string', minLength: 1, maxLength: limits.idempotencyKey, pattern: '^[\\x21-\\x7e]+$' },
}

function fieldsIn(place: 'path' | 'query', fields: Endpoint['params'], schemas: Schemas): Parameter[] {
  if (!fields) return []
  const { properties, required } = schemas.of(z.object(fields), 'input')
  const needed = new Set((required ?? []) as string[])
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, schema]) => {
    return { name, in: place, required: place === 'path' || needed.has(name), schema }
  })
}

function successes({ answers, media }: Endpoint, schemas: Schemas): Operation['responses'] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => [
      status,
      {
        description: descriptions[status] ?? 'Done',
        headers: requestIdHeader,
        ...(schema && { content: { [media ?? 'application/json']: { schema: schemas.of(schema, 'output') } } }),
        ...(!schema && media && { content: { [media]: { schema: {} } } }),
      },
    ]),
  )
}

const descriptions: Record<string, string> = {
  101: 'The socket is open',
  201: 'Made',
  202: 'Begun',
  204: 'Done',
  302: 'Go on there',
}

/** The problems of an endpoint by their status, each with its kinds. */
function refusals(endpoint: Endpoint): Operation['responses'] {
  const byStatus = Map.groupBy(problemsOf(endpoint), (kind) => problems[kind].status)
  return Object.fromEntries(
    [...byStatus].map(([status, kinds]) => [
      status,
      {
        description: kinds.map((kind) => `${kind}: ${problems[kind].title}`).join('. '),
        headers: {
          ...requestIdHeader,
          ...((status === 429 || status === 503) && { 'retry-after': { $ref: '#/components/headers/RetryAfter' } }),
        },
        content: {
          'application/problem+json': {
            schema: {
              allOf: [{ $ref: '#/components/schemas/Problem' }],
              properties: { type: { enum: kinds.map((kind) => `/problems/${kind}`) } },
            },
          },
        },
      },
    ]),
  )
}
