import { errors, type Locator, type Page } from 'playwright-core'

// Playwright looks for what it waits for at longer and longer intervals, in the end twice a second. In a wait of less than
// 2.5 s it leaves the long intervals out, so that a wait begins with short ones, and only then takes its whole time.
const shortMs = [490, 2_400]

const actions = [
  ...(['click', 'fill', 'press', 'pressSequentially', 'focus', 'hover', 'check', 'uncheck', 'selectOption'] as const),
  ...(['evaluate', 'inputValue', 'textContent', 'getAttribute', 'isChecked'] as const),
]

type Method = (this: Locator, ...given: unknown[]) => Promise<unknown>

let often = false

/** Makes every wait for an element end soon after the element is there. What is waited for, and at most how long, stays. */
export function lookOften(page: Page): void {
  if (often) return
  often = true
  const locators = Object.getPrototypeOf(page.locator(':root')) as Record<string, Method>
  const wait = locators['waitFor']!
  const waitFor = async (locator: Locator, options: object) => {
    for (const timeout of 'timeout' in options ? [] : shortMs) {
      try {
        return await wait.call(locator, { ...options, timeout })
      } catch (error) {
        if (!(error instanceof errors.TimeoutError)) throw error
      }
    }
    return await wait.call(locator, options)
  }
  locators['waitFor'] = function (options = {}) {
    return waitFor(this, options as object)
  }
  for (const name of actions) {
    const act = locators[name]!
    locators[name] = async function (...given) {
      await waitFor(this, { state: 'attached' })
      return await act.apply(this, given)
    }
  }
}
