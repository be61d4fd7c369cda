import type { ProblemKind } from '../../../protocol/problems.ts'
import { problems } from '../../../protocol/problems.ts'

type Answer = { status?: number; body?: unknown } | 'unreachable'

/** An HTTP server in the hands of a test: answers by method and path, and remembers what was asked. */
export function fakeServer(answers: Record<string, (body: unknown) => Answer | Promise<Answer>>) {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const path = (input as string).replace('/api/v1/', '')
    const key = `${init?.method} ${path}`
    asked.push(key)
    const answer = await answers[key]!(init?.body ? JSON.parse(init.body as string) : undefined)
    if (answer === 'unreachable') throw new TypeError('fetch failed')
    const { status = 200, body } = answer
    // A real Response is read over several turns of the event loop, which nobody could wait for by hand.
    return { ok: status < 300, status, json: async () => structuredClone(body) } as Response
  }
  return { fetch, asked }
}

export function problem(kind: ProblemKind, more: object = {}): Answer {
  const { status, title } = problems[kind]
  return { status, body: { type: `/problems/${kind}`, title, status, ...more } }
}
