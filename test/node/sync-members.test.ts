import { expect, test } from 'vitest'
import type { MemberChange } from '../../protocol/api.ts'
import { NetworkError, ProblemError } from '../../web/sync/problem-error.ts'
import { settled } from './sync-support/hand-clock.ts'
import { opened } from './sync-support/opened.ts'
import { grace, linus } from './sync-support/people.ts'

const away = new ProblemError({ type: '/problems/database_away', title: 'Away', status: 503 })
const forbidden = new ProblemError({ type: '/problems/forbidden', title: 'You may not', status: 403 })
const mute: MemberChange[] = [{ kind: 'mute', person: grace, until: null }]
const changed = { membersVersion: 2, refused: [] }

/** A server that answers in turn, and the commands it was asked under. */
function asking(answers: (Error | typeof changed)[]) {
  const commands: string[] = []
  const answer = async (_room: string, { command }: { command: string }) => {
    commands.push(command)
    const next = answers.shift()!
    if (next instanceof Error) throw next
    return next
  }
  return { ...opened({ changeMembers: answer, handOver: answer }), commands }
}

test('[MEM2] what was not answered is asked again under the same command id, within five seconds each time', async () => {
  const { client, clock, commands } = asking([new NetworkError(new Error('cut')), away, changed])
  const asked = client.changeMembers(mute)
  await clock.turn(10_000)
  expect(await asked).toEqual(changed)
  expect([commands.length, new Set(commands).size]).toEqual([3, 1])
})

test('[MEM2] after half a minute the person hears of it, and who asks again asks for the same', async () => {
  const { client, clock, commands } = asking([...Array.from({ length: 40 }, () => away)])
  const asked = client.handOver(linus)
  const failed = expect(asked).rejects.toBe(away)
  await clock.turn(40_000)
  await failed
  const tries = commands.length
  void client.handOver(linus).catch(() => {})
  await settled()
  expect([commands.length, new Set(commands).size]).toEqual([tries + 1, 1])
})

test('[MEM2] a no is a no at once, and the next wish is another one', async () => {
  const { client, commands } = asking([forbidden, changed])
  await expect(client.changeMembers(mute)).rejects.toBe(forbidden)
  expect(await client.changeMembers(mute)).toEqual(changed)
  expect(new Set(commands).size).toBe(2)
})

test('[GON1] a deletion whose answer was lost has happened when the room is not found any more', async () => {
  const gone = new ProblemError({ type: '/problems/not_found', title: 'No such room', status: 404 })
  const answers = [new NetworkError(new Error('cut')), gone, forbidden]
  const { client, clock } = opened({ deleteRoom: () => Promise.reject(answers.shift()!) })
  const asked = client.deleteRoom()
  await clock.turn(10_000)
  expect(await asked).toBeUndefined()
  await expect(client.deleteRoom()).rejects.toBe(forbidden)
})
