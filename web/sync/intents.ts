import type { MemberChange, MembersChanged } from '../../protocol/api.ts'
import { uuidV7 } from '../../protocol/ids.ts'
import { retryDelay } from './backoff.ts'
import { alarm, type Clock } from './clock.ts'
import { ProblemError } from './problem-error.ts'

/** What someone wants done to a room's members, or to the whole room: asked over HTTP until it is known what became of it. */
export interface Intents {
  changeMembers(changes: readonly MemberChange[]): Promise<MembersChanged>
  handOver(to: string): Promise<MembersChanged>
  deleteRoom(): Promise<void>
  close(): void
}

export interface IntentDeps {
  roomId: string
  changeMembers(roomId: string, body: { command: string; changes: MemberChange[] }): Promise<MembersChanged>
  handOver(roomId: string, body: { command: string; to: string }): Promise<MembersChanged>
  deleteRoom(roomId: string): Promise<void>
  clock: Clock
  random(): number
  randomBytes(count: number): Uint8Array
}

/** Nobody waits longer than this; who asks again afterwards asks for the same. */
const patienceMs = 30_000

export function createIntents(deps: IntentDeps): Intents {
  const { roomId, clock, random } = deps
  const commands = new Map<string, string>()
  const closing = new AbortController()

  async function settle<Answer>(intent: string, ask: (command: string) => Promise<Answer>): Promise<Answer> {
    const command = commands.get(intent) ?? uuidV7(clock.now(), deps.randomBytes(10))
    commands.set(intent, command)
    const until = clock.elapsed() + patienceMs
    for (let failures = 0; ; failures++) {
      try {
        const answer = await ask(command)
        commands.delete(intent)
        return answer
      } catch (error) {
        if (said(error)) commands.delete(intent)
        const delayMs = Math.max(
          retryDelay(failures, random),
          error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0,
        )
        if (said(error) || closing.signal.aborted || clock.elapsed() + delayMs > until) throw error
        await pause(delayMs)
      }
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const later = alarm(clock)
      const go = () => {
        later.clear()
        resolve()
      }
      later.set(ms, go)
      closing.signal.addEventListener('abort', go, { once: true })
    })
  }

  return {
    changeMembers: (changes) =>
      settle(JSON.stringify(changes), (command) => deps.changeMembers(roomId, { command, changes: [...changes] })),
    handOver: (to) => settle(`to ${to}`, (command) => deps.handOver(roomId, { command, to })),
    deleteRoom: () => settle('delete', () => deps.deleteRoom(roomId)).catch(unlessGone),
    close: () => closing.abort(),
  }
}

/** Whether the server has decided: what it says in a problem that passes by itself, or did not say, decides nothing. */
function said(error: unknown): boolean {
  return error instanceof ProblemError && error.status < 500 && error.kind !== 'slow_down'
}

/** A deletion whose answer was lost finds no room when it is asked again. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ProblemError) || error.kind !== 'not_found') throw error
}
