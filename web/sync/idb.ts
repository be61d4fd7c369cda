/** What IndexedDB answers, as a promise. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error!))
  })
}

/** Resolves once everything in the transaction is written; rejects when none of it is. */
export function written(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.addEventListener('complete', () => resolve())
    // An error that nobody takes care of ends here too.
    tx.addEventListener('abort', () => reject(tx.error ?? new DOMException('It was aborted.', 'AbortError')))
  })
}

/** Opens a database, which `upgrade` brings to the version first. */
export function openDatabase(
  name: string,
  version: number,
  upgrade: (db: IDBDatabase, tx: IDBTransaction) => void,
): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version)
  request.addEventListener('upgradeneeded', () => upgrade(request.result, request.transaction!))
  return answer(request)
}
