import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import type { Message } from '../../protocol/message.ts'
import type { Command } from '../../protocol/upstream.ts'
import { connect, enter, nothing, type Client } from './support/client.ts'
import { gate, recorded } from './support/database.ts'
import { flushed, hibernate, inStorage, loseStorage, objectOf, ring } from './support/objects.ts'
import { bodyOf, freshId, request, roomOf, signUp } from './support/people.ts'

afterEach(async () => await gate('open'))

/** Ada's room with Grace in it, both there, and one message of Ada's at seq 2. */
async function talk() {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [one, two] = [await enter(ada, room), await enter(grace, room)]
  await accepted(one, { t: 'post', id: freshId(), text: 'the first engine' })
  await two.next('changes', ({ covers }) => covers[1] === 2)
  return { ada, grace, room, one, two }
}

/** The answer to a command: its seq, or the reason why not. */
async function answer(client: Client, command: Command): Promise<number | string> {
  client.send(command)
  const settled = (frame: { id?: unknown; t: string }) =>
    (frame.t === 'ack' || frame.t === 'refused') && frame.id === command.id
  await client.until(() => client.frames.some(settled))
  const [frame] = client.frames.splice(client.frames.findIndex(settled), 1)
  if (!frame) throw new Error('no answer')
  return frame.t === 'ack' ? frame.seq : frame.t === 'refused' ? frame.reason : 'nothing'
}

async function accepted(client: Client, command: Command): Promise<number> {
  const seq = await answer(client, command)
  if (typeof seq === 'string') throw new Error(`refused: ${seq}`)
  return seq
}

/** What everyone else is told of a command, which ends at its seq. */
async function heard(client: Client, seq: number): Promise<Message[]> {
  const { messages } = await client.next('changes', ({ covers }) => covers[1] === seq)
  return messages
}

describe('editing', () => {
  test('[EDT1] an author changes the text; everyone gets the whole new state, Postgres keeps the earlier text', async () => {
    const { room, one, two, grace } = await talk()

    const seq = await accepted(one, { t: 'edit', id: freshId(), seq: 2, text: 'the second', mentions: [grace.id] })

    const [state] = await heard(two, seq)
    expect(state).toMatchObject({
      seq: 2,
      rev: 3,
      text: 'the second',
      mentions: [grace.id],
      editedAt: expect.any(Number),
    })
    await flushed(room)
    expect((await recorded(room)).find((message) => message.seq === 2)).toEqual(state)
  })

  test('[EDT1] nobody edits what another wrote, what is deleted, or what was never written', async () => {
    const { one, two } = await talk()
    const text = 'not mine'

    expect(await answer(two, { t: 'edit', id: freshId(), seq: 2, text })).toBe('not_allowed')
    expect(await answer(one, { t: 'edit', id: freshId(), seq: 1, text })).toBe('no_such_message')
    expect(await answer(one, { t: 'edit', id: freshId(), seq: 99, text })).toBe('no_such_message')
    await accepted(one, { t: 'delete', id: freshId(), seq: 2 })
    expect(await answer(one, { t: 'edit', id: freshId(), seq: 2, text })).toBe('deleted')
  })

  test('[CMD1] [AC-12] any command is carried out once under its id; the id with another wish is a conflict', async () => {
    const { room, one } = await talk()
    const react = { t: 'react', id: freshId(), seq: 2, emoji: '👍', on: true } as const
    const seq = await accepted(one, react)
    await accepted(one, { t: 'react', id: freshId(), seq: 2, emoji: '👍', on: false })
    await hibernate(room)

    expect(await answer(one, react)).toBe(seq)
    expect(await answer(one, { ...react, emoji: '🎉' })).toBe('conflict')
    expect(await answer(one, { t: 'delete', id: react.id, seq: 2 })).toBe('conflict')
    const { messages } = await one.hello(nothing)
    expect(messages.find((message) => message.seq === 2)?.reactions).toBeUndefined()
  })
})

describe('deleting', () => {
  test('[DEL1] nothing of a deleted message stays: on the wire, in the log, in Postgres; its place does', async () => {
    const { room, ada, one, two } = await talk()
    await accepted(one, { t: 'edit', id: freshId(), seq: 2, text: 'a secret engine' })
    await accepted(two, { t: 'react', id: freshId(), seq: 2, emoji: '👀', on: true })

    const seq = await accepted(one, { t: 'delete', id: freshId(), seq: 2 })

    const gone = { seq: 2, rev: seq, by: ada.id, text: '', deleted: { at: expect.any(Number), by: ada.id } }
    const [state] = await heard(two, seq)
    expect(state).toMatchObject(gone)
    expect(state).not.toHaveProperty('reactions')
    await flushed(room)
    expect((await recorded(room)).find((message) => message.seq === 2)).toEqual(state)
    await ring(room, 'withdrawn')
    await inStorage(room, (sql) => sql.exec('update withdrawn set until = 0'))
    await ring(room, 'withdrawn')
    const left = await inStorage(room, (sql) =>
      ['log', 'states', 'withdrawn'].flatMap((table) => sql.exec(`select * from ${table}`).toArray()),
    )
    expect(JSON.stringify(left)).not.toMatch(/secret engine|first engine/)
  })

  test('[DEL2] the author takes a deletion back for a minute, with everything it had but reactions', async () => {
    const { room, one, two } = await talk()
    await accepted(one, { t: 'edit', id: freshId(), seq: 2, text: 'better' })
    const [before] = (await two.hello(nothing)).messages.filter((message) => message.seq === 2)
    await accepted(one, { t: 'delete', id: freshId(), seq: 2 })

    expect(await answer(two, { t: 'undelete', id: freshId(), seq: 2 })).toBe('not_allowed')
    const seq = await accepted(one, { t: 'undelete', id: freshId(), seq: 2 })

    const [state] = await heard(two, seq)
    expect(state).toEqual({ ...before, rev: seq })
    await flushed(room)
    expect((await recorded(room)).find((message) => message.seq === 2)).toEqual(state)
    expect(await answer(one, { t: 'undelete', id: freshId(), seq: 2 })).toBe('conflict')
  })

  test('[DEL2] after the minute it is too late', async () => {
    const { room, one } = await talk()
    await accepted(one, { t: 'delete', id: freshId(), seq: 2 })
    await inStorage(room, (sql) => sql.exec('update withdrawn set until = until - 61000'))

    expect(await answer(one, { t: 'undelete', id: freshId(), seq: 2 })).toBe('too_late')
  })

  test('[ROL1] a member deletes their own; the owner deletes what others wrote', async () => {
    const { one, two } = await talk()
    const own = await accepted(two, { t: 'post', id: freshId(), text: 'from Grace' })

    expect(await answer(two, { t: 'delete', id: freshId(), seq: 2 })).toBe('not_allowed')
    expect(await answer(one, { t: 'delete', id: freshId(), seq: own })).toBeTypeOf('number')
  })
})

describe('reactions and pins', () => {
  test('[REA1] one of each emoji per person; the state names who reacted, Postgres holds the same', async () => {
    const { room, ada, grace, one, two } = await talk()
    for (const [client, emoji] of [
      [one, '👍'],
      [two, '👍'],
      [two, '🎉'],
      [two, '🎉'],
    ] as const) {
      await accepted(client, { t: 'react', id: freshId(), seq: 2, emoji, on: true })
    }
    const seq = await accepted(one, { t: 'react', id: freshId(), seq: 2, emoji: '👍', on: false })

    const [state] = await heard(two, seq)
    // In the order in which they came up, unless that was within a millisecond.
    expect(state?.reactions).toHaveLength(2)
    expect(state?.reactions).toEqual(
      expect.arrayContaining(['👍', '🎉'].map((emoji) => ({ emoji, count: 1, people: [grace.id] }))),
    )
    expect(JSON.stringify(state)).not.toContain(`"people":["${ada.id}`)
    await flushed(room)
    expect((await recorded(room)).find((message) => message.seq === 2)).toEqual(state)
  })

  test('[REA1] a reaction is one emoji', async () => {
    const { one } = await talk()
    for (const emoji of ['no', '', '👍👍', 'a👍', '\u{1f44d} ']) {
      one.send(JSON.stringify({ t: 'react', id: freshId(), seq: 2, emoji, on: true }))
      expect(await one.next('refused')).toMatchObject({ reason: 'malformed' })
    }
    expect(await answer(one, { t: 'react', id: freshId(), seq: 2, emoji: '👩‍🚀', on: true })).toBeTypeOf('number')
  })

  test('[PIN1] [ROL1] a moderator pins; the list names what is pinned, latest first; a member may not', async () => {
    const { ada, room, one, two } = await talk()
    const second = await accepted(two, { t: 'post', id: freshId(), text: 'second' })

    expect(await answer(two, { t: 'pin', id: freshId(), seq: 2, on: true })).toBe('not_allowed')
    await accepted(one, { t: 'pin', id: freshId(), seq: 2, on: true })
    await accepted(one, { t: 'pin', id: freshId(), seq: second, on: true })
    await flushed(room)

    const pins = await bodyOf<{ messages: Message[] }>(await request(ada, 'GET', `/rooms/${room}/pins`), 200)
    expect(pins.messages.map(({ seq }) => seq)).toEqual([second, 2])
  })
})

describe('threads, forwarding, replies', () => {
  test('[THR1] a thread is a view of the one log: a reply within one belongs to its root', async () => {
    const { room, one, two } = await talk()
    const reply = await accepted(two, { t: 'post', id: freshId(), text: 'in the thread', thread: 2 })
    const deeper = await accepted(one, { t: 'post', id: freshId(), text: 'deeper', thread: reply, replyTo: reply })

    expect(await heard(two, deeper)).toMatchObject([{ thread: 2, replyTo: reply }])
    expect(await answer(one, { t: 'post', id: freshId(), text: 'nowhere', thread: 99 })).toBe('no_such_message')
    await flushed(room)
    expect((await recorded(room)).filter(({ thread }) => thread === 2)).toHaveLength(2)
  })

  test('[FWD1] what was said elsewhere says so, here and in Postgres', async () => {
    const { room, one, two } = await talk()
    const file = { id: crypto.randomUUID(), name: 'engine.pdf', mime: 'application/pdf', bytes: 12 }
    const post = { t: 'post', id: freshId(), text: 'look', forwarded: true, attachments: [file] } as const

    const seq = await accepted(one, { ...post, attachments: [file] })

    const [state] = await heard(two, seq)
    expect(state).toMatchObject({ forwarded: true, attachments: [file] })
    await flushed(room)
    expect((await recorded(room)).find((message) => message.seq === seq)).toEqual(state)
  })
})

describe('the room itself', () => {
  test('[SET1] [ROL1] an admin renames it and changes its settings, and everyone hears; a member may not', async () => {
    const { room, one, two } = await talk()
    expect(await answer(two, { t: 'change', id: freshId(), name: 'Mine' })).toBe('not_allowed')

    await accepted(one, { t: 'change', id: freshId(), name: 'Looms', description: 'About looms', slowModeSeconds: 30 })

    const facts = { name: 'Looms', description: 'About looms', slowModeSeconds: 30 }
    expect((await two.next('room')).room).toMatchObject(facts)
    await flushed(room)
    await loseStorage(room)
    const { welcome } = await (await connect((await talkers()).ada, room)).hello(nothing)
    expect(welcome.room).toMatchObject(facts)
  })

  test('[ANN1] in an announcement room only admins write; members still react', async () => {
    const { one, two } = await talk()
    await accepted(one, { t: 'change', id: freshId(), postPolicy: 'admins' })

    expect(await answer(two, { t: 'post', id: freshId(), text: 'may I?' })).toBe('not_allowed')
    expect(await answer(two, { t: 'react', id: freshId(), seq: 2, emoji: '👍', on: true })).toBeTypeOf('number')
    expect(await answer(one, { t: 'post', id: freshId(), text: 'I may' })).toBeTypeOf('number')
  })

  test('[SLO1] slow mode asks members for a pause between two messages, read from the log', async () => {
    const { room, one, two } = await talk()
    await accepted(one, { t: 'change', id: freshId(), slowModeSeconds: 60 })
    await accepted(two, { t: 'post', id: freshId(), text: 'one' })
    await hibernate(room)

    const waiting = freshId()
    two.send({ t: 'post', id: waiting, text: 'two' })

    const refused = await two.next('refused')
    expect(refused).toMatchObject({ reason: 'slow_down' })
    expect(refused.retryAfterMs).toBeGreaterThan(50_000)
    expect(await answer(one, { t: 'post', id: freshId(), text: 'moderators go on' })).toBeTypeOf('number')
    await inStorage(room, (sql) => sql.exec('update spine set at = at - 61000'))
    expect(await answer(two, { t: 'post', id: waiting, text: 'two' })).toBeTypeOf('number')
  })

  test('[EXP1] disappearing messages go everywhere when their time has come, with one event for all', async () => {
    const { room, grace, one, two } = await talk()
    await accepted(one, { t: 'change', id: freshId(), disappearingMs: 86_400_000 })
    const seqs: number[] = []
    for (let i = 0; i < 3; i++) seqs.push(await accepted(one, { t: 'post', id: freshId(), text: `fleeting ${i}` }))
    const [state] = await heard(two, seqs[2]!)
    expect(state?.expiresAt).toBe(state!.at + 86_400_000)
    await flushed(room)

    // A day later.
    await inStorage(room, (sql) => {
      sql.exec('update spine set expires_at = expires_at - 86400000 where expires_at is not null')
      for (const { seq, event } of sql.exec<{ seq: number; event: string }>('select seq, event from log').toArray()) {
        const read = JSON.parse(event) as { expiresAt?: number }
        if (read.expiresAt !== undefined) read.expiresAt -= 86_400_000
        sql.exec('update log set event = ? where seq = ?', JSON.stringify(read), seq)
      }
    })
    await ring(room, 'expiry')

    const told = await two.next('changes', ({ expired }) => expired !== undefined)
    expect(told.expired).toEqual({ rev: seqs[2]! + 1, at: expect.any(Number) })
    expect(told.messages.map(({ seq, text, deleted }) => [seq, text, deleted?.by])).toEqual(
      seqs.map((seq) => [seq, '', null]),
    )
    const fresh = await (await connect(grace, room)).hello(nothing)
    expect(JSON.stringify(fresh.messages)).not.toContain('fleeting')
    expect(
      await inStorage(room, (sql) => sql.exec("select 1 from log where event like '%fleeting%'").toArray()),
    ).toEqual([])
  })
})

describe('old messages, which the room no longer holds', () => {
  /** As after a long time: there is a newer message, and the log is dropped up to here. */
  async function grown(room: string, client: Client): Promise<void> {
    await accepted(client, { t: 'post', id: freshId(), text: 'a newer engine' })
    await flushed(room)
    await loseStorage(room)
  }

  test('[OLD1] a command on one first fetches its state; many who come at once read it once', async () => {
    const { room, ada, grace, one } = await talk()
    await accepted(one, { t: 'react', id: freshId(), seq: 2, emoji: '👍', on: true })
    await grown(room, one)
    const [mine, theirs] = [await enter(ada, room), await enter(grace, room)]

    const answers = await Promise.all([
      answer(theirs, { t: 'react', id: freshId(), seq: 2, emoji: '👍', on: true }),
      answer(mine, { t: 'edit', id: freshId(), seq: 2, text: 'edited late' }),
    ])

    const [state] = (await heard(theirs, Math.max(...(answers as number[])))).slice(-1)
    expect(state).toMatchObject({ seq: 2, text: 'edited late', reactions: [{ count: 2, people: [ada.id, grace.id] }] })
    await flushed(room)
    expect((await recorded(room)).find((message) => message.seq === 2)).toEqual(state)
  })

  test('[OLD1] with Postgres away it is refused for now; deleting needs no more than the spine', async () => {
    const { room, ada, one } = await talk()
    await grown(room, one)
    const mine = await enter(ada, room)
    await gate('shut')

    expect(await answer(mine, { t: 'edit', id: freshId(), seq: 2, text: 'later' })).toBe('history_away')
    expect(await answer(mine, { t: 'delete', id: freshId(), seq: 2 })).toBeTypeOf('number')
    await gate('open')
    await flushed(room)
    expect((await recorded(room)).find((message) => message.seq === 2)).toMatchObject({
      text: '',
      deleted: { by: ada.id },
    })
  })

  test('[CMD1] [EPO1] an object that lost its storage still knows every command and author', async () => {
    const { room, ada, grace, one } = await talk()
    const react = { t: 'react', id: freshId(), seq: 2, emoji: '👍', on: true } as const
    const seq = await accepted(one, react)
    await grown(room, one)
    const [mine, theirs] = [await enter(ada, room), await enter(grace, room)]

    expect(await answer(mine, react)).toBe(seq)
    expect(await answer(theirs, { t: 'edit', id: freshId(), seq: 2, text: 'not mine' })).toBe('not_allowed')
    expect(await answer(theirs, react)).toBe('conflict')
  })
})

test('[PAC1] every command costs the same, so that nobody floods a room with reactions', async () => {
  const { one } = await talk()
  const answers: (number | string)[] = []
  for (let i = 0; i < limits.paceBurst + 20; i++) {
    answers.push(await answer(one, { t: 'react', id: freshId(), seq: 2, emoji: '👍', on: i % 2 === 0 }))
  }
  expect(answers.filter((given) => given === 'slow_down').length).toBeGreaterThan(0)
})

async function talkers() {
  return { ada: await signUp('Ada') }
}

test('[DEL2] [ROL1] what a moderator deleted stays deleted, also when its author had deleted it first', async () => {
  const { one, two } = await talk()
  const rude = await accepted(two, { t: 'post', id: freshId(), text: 'a rude engine' })
  const ruder = await accepted(two, { t: 'post', id: freshId(), text: 'a ruder engine' })
  await accepted(one, { t: 'delete', id: freshId(), seq: rude })
  await accepted(two, { t: 'delete', id: freshId(), seq: ruder })
  await accepted(one, { t: 'delete', id: freshId(), seq: ruder })

  expect(await answer(two, { t: 'undelete', id: freshId(), seq: rude })).toBe('not_allowed')
  expect(await answer(two, { t: 'undelete', id: freshId(), seq: ruder })).toBe('too_late')
})

test('[EXP1] [DEL2] what was taken back disappears all the same, and what has disappeared is not taken back', async () => {
  const { room, one } = await talk()
  await accepted(one, { t: 'change', id: freshId(), disappearingMs: 86_400_000 })
  const seq = await accepted(one, { t: 'post', id: freshId(), text: 'fleeting' })
  const remove = async () => await accepted(one, { t: 'delete', id: freshId(), seq })
  await remove()
  // Nothing is left to disappear.
  await ring(room, 'expiry')

  await accepted(one, { t: 'undelete', id: freshId(), seq })

  const planned = "select due from agenda where kind = 'expiry'"
  expect(await inStorage(room, (sql) => sql.exec(planned).toArray())).toEqual([{ due: expect.any(Number) }])
  await remove()
  await inStorage(room, (sql) => sql.exec('update spine set expires_at = 1 where expires_at is not null'))
  expect(await answer(one, { t: 'undelete', id: freshId(), seq })).toBe('too_late')
})

test('[EXP1] [EPO1] an object that lost its storage still takes out what is due', async () => {
  const { room, ada, one } = await talk()
  await accepted(one, { t: 'change', id: freshId(), disappearingMs: 86_400_000 })
  await accepted(one, { t: 'post', id: freshId(), text: 'fleeting' })
  await flushed(room)
  await loseStorage(room)

  await enter(ada, room)

  const planned = "select due from agenda where kind = 'expiry'"
  expect(await inStorage(room, (sql) => sql.exec(planned).toArray())).toEqual([{ due: expect.any(Number) }])
})

test('[EPO2] [OLD1] a command that waited for an old message is refused when the room has stopped meanwhile', async () => {
  const { room, ada, one } = await talk()
  await accepted(one, { t: 'post', id: freshId(), text: 'a newer engine' })
  await flushed(room)
  await loseStorage(room)
  const mine = await enter(ada, room)
  const { head } = (await mine.hello(nothing)).welcome

  await runInDurableObject(objectOf(room), (object, state) => {
    const react = { t: 'react', id: freshId(), seq: 2, emoji: '👍', on: true }
    object.webSocketMessage(state.getWebSockets()[0]!, JSON.stringify(react))
    object['record'].stop('another object took the epoch')
  })

  await mine.until(() => mine.frames.some(({ t }) => t === 'ack' || t === 'refused'))
  expect(mine.frames.find(({ t }) => t === 'ack' || t === 'refused')).toMatchObject({ t: 'refused', reason: 'busy' })
  expect(await inStorage(room, (sql) => sql.exec('select * from log where seq > ?', head).toArray())).toEqual([])
})
