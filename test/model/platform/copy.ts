/** A deep copy of plain data: what structuredClone answers for it, many times as fast. */
export function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copy) as T
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('Only plain data is copied.')
  const copied: Record<string, unknown> = {}
  for (const key of Object.keys(value)) copied[key] = copy((value as Record<string, unknown>)[key])
  return copied as T
}
