import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const themes = { light: 'dark', dark: 'light' } as const

// All that axe can find in one theme and not in the other: the page is the same in both but for its colours.
const ofColours = ['color-contrast', 'link-in-text-block']

/** What axe finds wrong with the page as it stands, in the light theme and in the dark one; all rules are tried in the first. */
export async function violationsInBothThemes(page: Page, first: keyof typeof themes = 'light'): Promise<string[]> {
  await page.evaluate(`${axe};0`)
  return [...(await violations(page, first)), ...(await violations(page, themes[first], ofColours))]
}

async function violations(page: Page, colorScheme: keyof typeof themes, rules?: string[]): Promise<string[]> {
  await page.emulateMedia({ colorScheme })
  const options = JSON.stringify({ resultTypes: ['violations'], ...(rules && { runOnly: rules }) })
  const { violations: found } = await page.evaluate<AxeResults>(`axe.run(document, ${options})`)
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${colorScheme}: ${id}: ${html}`))
}
