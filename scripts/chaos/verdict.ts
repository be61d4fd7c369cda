import type { Verdict } from './checker.ts'
import { windows } from './kills.ts'

// A broken system has thousands of breaches of one cause; the first ones tell.
const toldBreaches = 20

/** A verdict for people. */
export function told(verdict: Verdict): string {
  const { sent, acked, heardBack, refused, stored, lost, doubled, outOfOrder, faults, unseen, kills, breaches } =
    verdict
  const rows: [string, string | number, string?][] = [
    ['sent', sent],
    ['acked', acked, heardBack > 0 ? `${heardBack} of them by hearing the message itself` : ''],
    ['refused', refused],
    ['stored', stored],
    ['lost', lost],
    ['doubled', doubled],
    ['out of order', outOfOrder],
  ]
  const injected = Object.entries(faults).map(([kind, count]): [string, number, string] => {
    const without = unseen[kind as keyof typeof unseen]
    return [kind, count, without ? `and ${without} without an effect, not counted` : '']
  })
  const missing = Object.entries(unseen)
    .filter(([kind]) => !(kind in faults))
    .map(([kind, count]): [string, number, string] => [kind, 0, `${count} without an effect`])
  const hits = windows.map((window): [string, number, string] => {
    const caught = kills.reduce((sum, kill) => sum + kill.caught[window], 0)
    return [`  ${window}`, verdict.windows[window], `kills, ${caught} commands`]
  })
  const each = kills.map(({ caught, downMs }, index): [string, string, string] => {
    const hit = windows.filter((window) => caught[window] > 0).map((window) => `${caught[window]} ${window}`)
    return [`  kill ${index + 1}`, `${(downMs / 1_000).toFixed(1)} s`, hit.join(', ') || 'nothing was under way']
  })
  const line = ([name, count, note = '']: readonly [string, string | number, string?]) =>
    `  ${name.padEnd(34)}${`${count}`.padStart(8)}   ${note}`.trimEnd()
  return [
    '',
    ...rows.map(line),
    '',
    '  Faults whose effect was seen',
    ...[...injected, ...missing].map(line),
    ...(kills.length > 0
      ? ['', `  What ${kills.length} kills of workerd caught`, ...[...hits, ...each].map(line)]
      : []),
    '',
    ...breaches.slice(0, toldBreaches).map(({ sort, what }) => `  ✗ ${sort}: ${what}`),
    ...(breaches.length > toldBreaches ? [`  … and ${breaches.length - toldBreaches} more`] : []),
    breaches.length === 0
      ? '  Nothing was lost, doubled or reordered.'
      : `  ${breaches.length} things happened that must not happen.`,
  ].join('\n')
}
