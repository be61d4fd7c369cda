import { expect, test } from 'vitest'
import { endpoints } from '../../protocol/endpoints.ts'
import { routes } from '../../protocol/routes.ts'
import { createDeveloperApi } from '../../web/sync/developer.ts'

test('[API10] the typed client has every endpoint that answers JSON, under its own id', () => {
  const all = Object.values(endpoints).flat()
  const callable = all.filter(({ answers, media }) => !(101 in answers) && media === undefined)
  expect(Object.keys(createDeveloperApi()).toSorted()).toEqual(callable.map(({ id }) => id).toSorted())
  expect(all.filter((each) => (routes as Record<string, unknown>)[each.id] !== each)).toEqual([])
})
