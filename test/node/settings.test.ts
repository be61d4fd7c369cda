import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { requiredSecrets, WorkerSettings } from '../../protocol/settings.ts'
import { Environment, settingsFrom } from '../../scripts/lib/settings.ts'

const page = readFileSync(resolve('docs/operating.md'), 'utf8')

/** The rows of the table that begins with this heading: name and default. */
function rows(heading: string): [string, string][] {
  const table = page.slice(page.indexOf(heading)).split('\n\n')[0] ?? ''
  return [...table.matchAll(/^\| `(\w+)` \| (.+?) \|/gm)].map(([, name = '', usual = '']) => [name, usual])
}

test('[OPS6] the page on operating has every setting of npm start with its default, and no other', () => {
  const defaults = Object.entries(Environment.parse({})).map(([name, usual]) => [
    name,
    usual === '' ? 'none' : `\`${usual}\``,
  ])
  expect(rows('| variable | default')).toEqual(defaults.toSorted(byPage))
  function byPage([a = '']: string[], [b = '']: string[]) {
    return page.indexOf(`| \`${a}\``) - page.indexOf(`| \`${b}\``)
  }
})

test('[OPS6] it has every setting of the worker, and says which of them are needed', () => {
  const table = rows('| setting | default')
  expect(table.map(([name]) => name)).toEqual(Object.keys(WorkerSettings.shape))
  expect(table.filter(([, usual]) => usual === 'none, needed').map(([name]) => name)).toEqual([...requiredSecrets])
})

test('[OPS6] a start names each setting that does not fit, and what it has to be', () => {
  const env = { PARLEY_PORT: '0', PARLEY_POSTGRES_PORT: '70000', PARLEY_RATE_LIMITS: 'some', PARLEY_SUPABASE_PORT: '' }
  expect(() => settingsFrom(env)).toThrow(
    [
      'PARLEY_PORT is "0": it has to be a port, 1 to 65535.',
      'PARLEY_POSTGRES_PORT is "70000": it has to be a port, 1 to 65535.',
      'PARLEY_RATE_LIMITS is "some": it has to be on or off.',
    ].join('\n'),
  )
  expect(settingsFrom({ PARLEY_PORT: '9000', PARLEY_SUPABASE_PORT: '' })).toMatchObject({
    ...{ pagePort: 9_000, supabasePort: 54_321, postgresPort: 54_322, rateLimits: 'on', confirmEmail: false },
  })
})
