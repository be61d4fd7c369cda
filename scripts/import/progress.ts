/** Where progress is shown; process.stderr is one. */
export type Screen = { isTTY?: boolean; columns?: number; write(text: string): unknown }

/** A bar that moves on a terminal; elsewhere a line for each tenth. */
export type Progress = { at(done: number): void; end(): void }

/** Shows how far something is that has `total` steps; `now` is a clock in milliseconds. */
export function progress(screen: Screen, total: number, now: () => number = Date.now): Progress {
  const began = now()
  let tenth = 0

  function bar(done: number): void {
    const width = Math.max(10, Math.min(40, (screen.columns ?? 80) - 40))
    const filled = Math.floor((width * done) / Math.max(total, 1))
    screen.write(`\r\u001b[K${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${status(done)}`)
  }

  function status(done: number): string {
    const seconds = Math.max((now() - began) / 1_000, 0.001)
    const rate = Math.round(done / seconds)
    return `${count(done)} of ${count(total)} messages, ${count(rate)}/s`
  }

  return {
    at(done) {
      if (screen.isTTY === true) return bar(done)
      const reached = Math.floor((10 * done) / Math.max(total, 1))
      if (reached <= tenth) return
      tenth = reached
      screen.write(`${status(done)}\n`)
    },
    end() {
      if (screen.isTTY === true) screen.write('\n')
    },
  }
}

/** A number with its thousands apart. */
export function count(number: number): string {
  return number.toLocaleString('en-US')
}
