import { expect, expectTypeOf, test } from 'vitest'
import { endpoints, type Routes } from '../../protocol/endpoints.ts'
import { createDeveloperApi } from '../../web/sync/developer.ts'

test('[API10] the typed client has every endpoint that answers JSON, under its own id', () => {
  const all = Object.values(endpoints).flat()
  const callable = all.filter(({ answers, media }) => !(101 in answers) && media === undefined)
  expect(Object.keys(createDeveloperApi()).toSorted()).toEqual(callable.map(({ id }) => id).toSorted())
  const api = createDeveloperApi()
  expect('openInboxSocket' in api).toBe(false)
})

/** Endpoints that are exported under another name than their id, by which the client's types go. */
type Misnamed = {
  [Name in keyof Routes]: Routes[Name] extends { id: infer Id; access: object }
    ? Id extends Name
      ? never
      : Name
    : never
}[keyof Routes]

test('[API10] an endpoint is exported under its id', () => {
  expectTypeOf<Misnamed>().toEqualTypeOf<never>()
  expectTypeOf<Routes['readMe']['id']>().toEqualTypeOf<'readMe'>()
})
