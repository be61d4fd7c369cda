/** Does the work for all of them, so many at once. What fails is thrown, when all the rest was tried. */
export async function atOnce<T>(most: number, all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = []
  const rest = [...all]
  const worker = async () => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) {
      await work(one).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, worker))
  if (failures.length > 0) throw new Error(`${failures.length} of ${all.length}: ${String(failures[0])}`)
}
