import * as z from 'zod/mini'
import * as api from './api.ts'
import * as inbox from './inbox.ts'
import * as message from './message.ts'
import { Problem } from './problems.ts'

/** A JSON Schema of draft 2020-12, as far as anything here looks into it. */
export type JsonSchema = { [key: string]: unknown }

/** The schemas that stand in the document under a name of their own: those that these files export. */
const exported: Record<string, unknown> = { Problem, ...api, ...inbox, ...message }

/** Schemas as the document holds them: the named ones once, under components, and references to them elsewhere. */
export class Schemas {
  readonly components: Record<string, JsonSchema> = {}
  private readonly named = z.registry<{ id: string }>()

  constructor(named = exported) {
    for (const [id, value] of Object.entries(named))
      if (isSchema(value) && !this.named.has(value)) this.named.add(value, { id })
  }

  /** A schema as it is sent (`input`) or answered (`output`). */
  of(schema: z.ZodMiniType, io: 'input' | 'output'): JsonSchema {
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = z.toJSONSchema(schema, {
      io,
      metadata: this.named,
      // Fields are added to answers in time, and unknown ones in a request are ignored.
      override: ({ jsonSchema }) => void delete jsonSchema.additionalProperties,
    })
    const names = this.namesFor($defs, io === 'input' ? 'Sent' : 'Answered')
    for (const [id, definition] of Object.entries($defs)) {
      this.components[names.get(id)!] = referring(definition, names) as JsonSchema
    }
    return referring(rest, names) as JsonSchema
  }

  /** Where the definitions stand: one that is sent in another shape than it is answered has a name of its own, and so has what holds it. */
  private namesFor(definitions: Record<string, JsonSchema>, suffix: string): Map<string, string> {
    const names = new Map(Object.keys(definitions).map((id) => [id, id]))
    for (let settled = false; !settled;) {
      settled = true
      for (const [id, definition] of Object.entries(definitions)) {
        const before = this.components[id]
        const now = JSON.stringify(referring(definition, names))
        if (names.get(id) !== id || !before || JSON.stringify(before) === now) continue
        names.set(id, id + suffix)
        settled = false
      }
    }
    return names
  }
}

function isSchema(value: unknown): value is z.ZodMiniType {
  return typeof value === 'object' && value !== null && '_zod' in value
}

/** The same with its references pointing to the document's components. */
function referring(value: unknown, names: Map<string, string>): unknown {
  if (Array.isArray(value)) return value.map((part) => referring(part, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (key !== '$ref' || typeof part !== 'string') return [key, referring(part, names)]
      const id = part.replace('#/$defs/', '')
      return [key, `#/components/schemas/${names.get(id) ?? id}`]
    }),
  )
}
