/** Work that is done one after the other: two questions that overtook each other would leave Postgres with the older one. */
export class InTurn {
  private last: Promise<unknown> = Promise.resolve()

  do<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work)
    this.last = done.catch(() => undefined)
    return done
  }
}
