import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { freshDatabase, secondConnection, type Sql, waitingFor } from './support/database.ts'
import { type Person, people, signUp } from './support/people.ts'
import { makeRoom } from './support/rooms.ts'
import { call, recordOf } from './support/service.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

const salt = 'ab'.repeat(16)

// As a worker hashes: WebCrypto is all it has.
async function hashed(word: string, salt: string, iterations: number): Promise<string> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(word), 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt: Buffer.from(salt, 'hex'), iterations }
  return Buffer.from(await crypto.subtle.deriveBits(parameters, key, 256)).toString('hex')
}

async function set(room: string, word: string, by: Person = 'ada') {
  const hash = await hashed(word, salt, limits.passcodeIterations)
  return call(sql, 'set_passcode', room, people[by], salt, limits.passcodeIterations, hash)
}

async function guarded(others: Person[] = []): Promise<string> {
  const room = await makeRoom(sql, others)
  expect(await set(room, 'difference')).toEqual({ outcome: 'set' })
  return room
}

const wrong = '0'.repeat(64)
const guess = async (room: string, word: string | null, person: Person = 'linus') =>
  call(sql, 'try_passcode', room, people[person], word === null ? wrong : await hashed(word, salt, 100_000))

// Turns the clock: what was written about a room's guesses is so much older now.
async function later(room: string, minutes: number): Promise<void> {
  const by = sql`make_interval(mins => ${minutes})`
  await sql`
    update parley.passcode_attempts
    set last_at = last_at - ${by}, blocked_until = blocked_until - ${by}, passed_until = passed_until - ${by}
    where room_id = ${room}`
}

const hashes = new Map<string, string>()
async function join(room: string, person: Person = 'linus') {
  if (!hashes.has(room)) {
    const hash = createHash('sha256').update(room).digest('hex')
    const expiresAt = Date.now() + 60_000
    await call(sql, 'create_join_link', randomUUID(), room, people.ada, hash, expiresAt)
    hashes.set(room, hash)
  }
  return call(sql, 'join_room', randomUUID(), hashes.get(room)!, people[person], 0)
}

describe('a passcode', () => {
  test('is kept as salt, rounds and hash, which is all that a worker needs to try a word', async () => {
    const room = await guarded()
    expect(await call(sql, 'passcode_salt', room)).toEqual({ salt, iterations: limits.passcodeIterations })
    expect(await guess(room, 'difference')).toMatchObject({ outcome: 'passed' })
    expect(JSON.stringify(await sql`select * from parley.passcodes where room_id = ${room}`)).not.toContain(
      'difference',
    )
  })

  test('is set and cleared by owner and admins alone, and both are recorded', async () => {
    const room = await guarded(['grace'])
    expect(await set(room, 'mine', 'grace')).toEqual({ outcome: 'forbidden' })
    expect(await call(sql, 'clear_passcode', room, people.linus)).toEqual({ outcome: 'forbidden' })
    const clear = () => call(sql, 'clear_passcode', room, people.ada)
    expect([await clear(), await clear()]).toEqual([{ outcome: 'cleared' }, { outcome: 'cleared' }])
    expect(await call(sql, 'passcode_salt', room)).toBe(null)
    expect(await guess(room, 'difference')).toEqual({ outcome: 'open' })
    expect(await recordOf(sql, room)).toEqual([
      { actor: people.ada, action: 'passcode_set', person: null },
      { actor: people.ada, action: 'passcode_cleared', person: null },
    ])
  })

  test('is hashed with limits.passcodeIterations rounds or more', async () => {
    const room = await makeRoom(sql)
    const weak = call(sql, 'set_passcode', room, people.ada, salt, limits.passcodeIterations - 1, wrong)
    await expect(weak).rejects.toThrow(/passcodes_iterations_check/)
  })

  test('closes a link to whoever has not passed it; members are in anyway', async () => {
    const room = await guarded(['grace'])
    expect(await join(room)).toEqual({ outcome: 'passcode' })
    expect(await join(room, 'grace')).toMatchObject({ outcome: 'already' })
    expect(await call(sql, 'link_preview', hashes.get(room)!)).toMatchObject({ outcome: 'open', passcode: true })
    await guess(room, 'difference')
    expect(await join(room)).toMatchObject({ outcome: 'joined' })
  })

  test('that was passed is forgotten after ten minutes, and when the word changes', async () => {
    const room = await guarded()
    await guess(room, 'difference')
    await later(room, 11)
    expect(await join(room)).toEqual({ outcome: 'passcode' })
    await guess(room, 'difference')
    await set(room, 'engine')
    expect(await join(room)).toEqual({ outcome: 'passcode' })
    expect(await guess(room, 'difference')).toMatchObject({ outcome: 'wrong' })
    expect(await guess(room, 'engine')).toMatchObject({ outcome: 'passed' })
  })
})

describe('guessing', () => {
  test('five wrong words close the door for a quarter of an hour, to the right word as well', async () => {
    const room = await guarded()
    const outcomes = []
    for (let i = 0; i < 5; i++) outcomes.push(await guess(room, null))
    const locked = { outcome: 'locked', until: expect.any(Number) }
    expect(outcomes).toEqual([...[4, 3, 2, 1].map((left) => ({ outcome: 'wrong', left })), locked])
    expect(Math.abs((outcomes[4]!['until'] as number) - Date.now() - 15 * 60_000)).toBeLessThan(60_000)
    expect(await guess(room, 'difference')).toEqual(outcomes[4])
    // Another person's door stays open.
    expect(await guess(room, 'difference', 'grace')).toMatchObject({ outcome: 'passed' })
    await later(room, 16)
    expect(await guess(room, null)).toEqual({ outcome: 'wrong', left: 4 })
    expect(await guess(room, 'difference')).toMatchObject({ outcome: 'passed' })
    expect(await recordOf(sql, room)).toEqual([
      { actor: people.ada, action: 'passcode_set', person: null },
      { actor: people.linus, action: 'passcode_locked', person: people.linus },
    ])
  })

  test('a right word forgets the wrong ones, and so does a quarter of an hour without any', async () => {
    const room = await guarded()
    for (let i = 0; i < 4; i++) await guess(room, null)
    await guess(room, 'difference')
    expect(await guess(room, null)).toEqual({ outcome: 'wrong', left: 4 })
    for (let i = 0; i < 3; i++) await guess(room, null)
    await later(room, 16)
    expect(await guess(room, null)).toEqual({ outcome: 'wrong', left: 4 })
  })

  test('another word does not open a door that is closed to someone', async () => {
    const room = await guarded()
    for (let i = 0; i < 5; i++) await guess(room, null)
    await set(room, 'engine')
    expect(await guess(room, 'engine')).toMatchObject({ outcome: 'locked' })
  })

  test('twenty guesses at once count as twenty: five are taken, the others find the door closed', async () => {
    const room = await guarded()
    const hands = await Promise.all(Array.from({ length: 5 }, () => secondConnection(sql)))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => call(hands[i % 5]!, 'try_passcode', room, people.linus, wrong)),
    )
    expect(answers.filter(({ outcome }) => outcome === 'locked')).toHaveLength(16)
    const left = answers.filter(({ outcome }) => outcome === 'wrong').map(({ left }) => left as number)
    expect(left.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4])
    const [attempts] = await sql`select failed from parley.passcode_attempts where room_id = ${room}`
    expect(attempts).toEqual({ failed: 5 })
  })

  test('a guess that waits for another one sees what it left', async () => {
    const room = await guarded()
    for (let i = 0; i < 4; i++) await guess(room, null)
    const right = await hashed('difference', salt, limits.passcodeIterations)
    const other = await secondConnection(sql)
    const both = await sql.begin(async (tx) => {
      expect(await call(tx, 'try_passcode', room, people.linus, wrong)).toMatchObject({ outcome: 'locked' })
      const theirs = call(other, 'try_passcode', room, people.linus, right)
      await waitingFor(sql, tx)
      return { theirs }
    })
    expect(await both.theirs).toMatchObject({ outcome: 'locked' })
  })

  test('a word that is replaced in the same moment leaves nobody passed', async () => {
    const room = await guarded()
    const [old, other] = [await hashed('difference', salt, limits.passcodeIterations), await secondConnection(sql)]
    const both = await sql.begin(async (tx) => {
      expect(await call(tx, 'try_passcode', room, people.linus, old)).toMatchObject({ outcome: 'passed' })
      const theirs = call(other, 'set_passcode', room, people.ada, salt, limits.passcodeIterations, wrong)
      await waitingFor(sql, tx)
      return { theirs }
    })
    expect(await both.theirs).toEqual({ outcome: 'set' })
    expect(await join(room)).toEqual({ outcome: 'passcode' })
  })

  test('at a room without a passcode or by nobody counts nothing', async () => {
    const room = await makeRoom(sql, [])
    expect(await guess(room, null)).toEqual({ outcome: 'open' })
    expect(await call(sql, 'try_passcode', await guarded(), randomUUID(), wrong)).toEqual({ outcome: 'unknown' })
    expect(await sql`select from parley.passcode_attempts where room_id = ${room}`).toHaveLength(0)
  })
})
