import type { Context } from 'hono'
import { endpoints } from '../protocol/endpoints.ts'
import type { App } from './env.ts'
import { ProblemError, renderProblem } from './problem.ts'

/** A request that no route takes. Problems: method_not_allowed, with the methods that its path has; not_found. */
export function nowhere(c: Context<App>): Response {
  const { method, path } = c.req
  const others = methodsOf(path)
  if (others.length === 0) return renderProblem(new ProblemError('not_found', `There is no ${method} ${path}.`), c)
  c.header('allow', others.join(', '))
  return renderProblem(new ProblemError('method_not_allowed', `There is ${others.join(' and ')} here.`), c)
}

let known: { pattern: RegExp; method: string }[] | null = null

function methodsOf(path: string): string[] {
  known ??= Object.values(endpoints)
    .flat()
    .map(({ path, method }) => ({ pattern: new RegExp(`^/api/v1${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), method }))
  return known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
}
