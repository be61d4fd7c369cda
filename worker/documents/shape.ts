import { html } from 'hono/html'
import type { JsonSchema } from '../../protocol/openapi-schemas.ts'
import { joined, type Piece } from './document.ts'

/** A JSON Schema the way a program would write it down: `{ name: string, room?: uuid }`, with links to what has a name. */
export function shape(schema: JsonSchema, depth = 0): Piece {
  const { $ref, enum: values, anyOf, oneOf, type } = schema
  if (typeof $ref === 'string') {
    const name = $ref.replace('#/components/schemas/', '')
    return html`<a href="#schema-${name}">${name}</a>`
  }
  if ('const' in schema) return html`${JSON.stringify(schema['const'])}`
  if (Array.isArray(values)) return html`${values.map((value) => JSON.stringify(value)).join(' | ')}`
  const some = anyOf ?? oneOf
  if (Array.isArray(some))
    return joined(
      some.map((each: JsonSchema) => shape(each, depth)),
      ' | ',
    )
  if (type === 'object') return fields(schema, depth)
  if (type === 'array') return items(schema, depth)
  return html`${scalar(schema)}`
}

function fields({ properties, required, additionalProperties: rest }: JsonSchema, depth: number): Piece {
  const needed = new Set((required ?? []) as string[])
  const indent = '  '.repeat(depth + 1)
  const lines = Object.entries((properties ?? {}) as Record<string, JsonSchema>).map(([name, field]) => {
    return html`${indent}${name}${needed.has(name) ? '' : '?'}: ${shape(field, depth + 1)}`
  })
  if (lines.length === 0) return html`${typeof rest === 'object' ? 'object' : '{}'}`
  return html`{${'\n'}${joined(lines, '\n')}${`\n${'  '.repeat(depth)}`}}`
}

function items({ items: each, prefixItems, minItems, maxItems }: JsonSchema, depth: number): Piece {
  if (Array.isArray(prefixItems)) {
    return html`[${joined(
      prefixItems.map((item: JsonSchema) => shape(item, depth)),
      ', ',
    )}]`
  }
  const bounds = range(minItems, maxItems)
  return html`(${shape((each ?? {}) as JsonSchema, depth)})[]${bounds === '' ? '' : ` of ${bounds}`}`
}

const uuid = /^\^\[0-9a-f\]\{8\}[^,]*\$$/

function scalar({ type, pattern, minLength, maxLength, minimum, maximum, default: usual }: JsonSchema): string {
  const kind = Array.isArray(type) ? type.join(' | ') : ((type as string | undefined) ?? 'anything')
  const called = typeof pattern === 'string' && uuid.test(pattern) ? 'uuid' : kind
  const bounds = kind === 'string' ? range(minLength, maxLength) : range(minimum, maximum)
  const words = bounds === '' ? '' : kind === 'string' ? ` of ${bounds} characters` : ` ${bounds}`
  return `${called}${words}${usual === undefined ? '' : ` = ${JSON.stringify(usual)}`}`
}

/** The largest integer and the latest time bound nothing that anyone means. */
function range(minimum: unknown, maximum: unknown): string {
  const least = typeof minimum === 'number' && minimum > -1e15 ? `${minimum}` : null
  const most = typeof maximum === 'number' && maximum < 1e15 ? `${maximum}` : null
  if (most === null) return least === null ? '' : `≥ ${least}`
  return least === null ? `≤ ${most}` : `${least}–${most}`
}
