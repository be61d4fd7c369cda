/** Does the work for each, at most so many at once; the answers are in the order of the items. */
export async function inParallel<T, A>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<A>,
): Promise<A[]> {
  const answers: A[] = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next++
      answers[index] = await work(items[index]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return answers
}

/** The same where nobody waits for an answer. What fails is thrown, when all the rest was tried. */
export async function eachInParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = []
  await inParallel(items, atOnce, (item) => work(item).catch((error: unknown) => failures.push(error)))
  if (failures.length > 0) throw new Error(`${failures.length} of ${items.length}: ${String(failures[0])}`)
}

/** The answer, if it comes in time. The timer ends with it: one that is left running keeps an object awake. */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
