/** One line of a conversation: who said it, and when, in epoch milliseconds. */
export type Line = { who: string; at: number; text: string }

const dayMs = 86_400_000

const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' })

/**
 * The lines of a script (see launch-week.ts), dated back from `now`: days in UTC, each line as long after the one before
 * as it takes to notice that and to write this.
 */
export function conversation(script: string, now: number): Line[] {
  const today = Math.floor(now / dayMs) * dayMs
  let at = today
  return script
    .trim()
    .split('\n')
    .flatMap((line) => {
      const opening = /^# (\d+) (\d+):(\d+)$/.exec(line)
      if (opening) {
        const [daysAgo = 0, hours = 0, minutes = 0] = opening.slice(1).map(Number)
        at = today - daysAgo * dayMs + (hours * 60 + minutes) * 60_000
        return []
      }
      if (line === '') return []
      const text = line
        .slice(2)
        .replaceAll(/ ?⏎ ?/g, '\n')
        .replaceAll(/\{(-?\d)\}/g, (_, daysAgo: string) => weekday.format(today - Number(daysAgo) * dayMs))
      // 15 s to notice it, 180 ms for each character: about sixty words a minute.
      at += 15_000 + text.length * 180 + (text.length % 7) * 9_000
      return [{ who: line.slice(0, 1), at, text }]
    })
}
