import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, test } from 'vitest'
import { closeCodes } from '../../protocol/close-codes.ts'
import type { Erasure, ErasureMode } from '../../protocol/endpoints/own-data.ts'
import { limits } from '../../protocol/limits.ts'
import type { Message } from '../../protocol/message.ts'
import { connect, enter, nothing, post, type Client } from './support/client.ts'
import { directRoom, gate, memberRow, recorded, service } from './support/database.ts'
import { connectInbox, openInbox } from './support/device.ts'
import { eraseAndDie } from './support/dying.ts'
import { flushed, inboxOf, inInbox, inStorage, objectOf, ring, ringInbox, tablesOf } from './support/objects.ts'
import { bodyOf, freshId, join, request, roomOf, signUp, signUpAfresh, type Person } from './support/people.ts'

afterEach(async () => await gate('open'))

async function erase(person: Person, mode: ErasureMode = 'erase'): Promise<Erasure> {
  return await bodyOf(await request(person, 'POST', '/me/erasure', { mode, password: 'correct horse' }), 202)
}

/** Lets the job do what it can. */
async function goOn(person: Person): Promise<void> {
  await runInDurableObject(inboxOf(person.id), async (object) => await object['deleting'].start())
}

/** From here on the room carries nothing out, as one that another object has overtaken. */
async function stall(room: string, why: string | null = 'a test stopped it'): Promise<void> {
  await inStorage(room, (sql) => sql.exec('update room set stopped = ?', why))
  await evictDurableObject(objectOf(room))
}

async function resume(room: string): Promise<void> {
  await stall(room, null)
}

async function finished(person: Person): Promise<void> {
  await goOn(person)
  expect(await inboxOf(person.id).erasure()).toMatchObject({ state: 'erased' })
}

/** What a socket shows: the last state of each message. */
function shown(client: Client, before: readonly Message[]): Message[] {
  const states = new Map(before.map((message) => [message.seq, message]))
  for (const frame of client.frames) {
    if (frame.t !== 'changes') continue
    for (const message of frame.messages) states.set(message.seq, message)
  }
  return bySeq([...states.values()])
}

function bySeq(messages: Message[]): Message[] {
  return messages.toSorted((one, other) => one.seq - other.seq)
}

const problem = async (answer: Promise<Response>) => {
  const { type, status } = await (await answer).json<{ type: string; status: number }>()
  return [status, type.replace('/problems/', '')]
}

test.for(['keep', 'erase'] as const)(
  '[ERA10] an account that is deleted is gone for a third member: live, after a resume, to a fresh device and in Postgres: %s',
  async (mode) => {
    const [ada, grace, linus] = [await signUpAfresh('Ada'), await signUp('Grace'), await signUp('Linus')]
    const room = await roomOf(grace, ada, linus)
    const [hers, graces, live] = [await enter(ada, room), await enter(grace, room), await connect(linus, room)]
    const { messages: atFirst } = await live.hello(nothing)
    const away = await connect(linus, room)
    const { welcome, messages: held } = await away.hello(nothing)
    const seq = await post(hers, 'a secret of mine')
    await post(graces, 'and hers')
    hers.send({ t: 'react', id: freshId(), seq: seq + 1, emoji: '👍', on: true })
    await hers.next('ack')
    hers.send({ t: 'edit', id: freshId(), seq, text: 'a secret, edited' })
    await hers.next('ack')
    away.close()

    await erase(ada, mode)
    await finished(ada)

    await hers.until(() => hers.closedWith !== null)
    expect([closeCodes.signIn, closeCodes.notAMember]).toContain(hers.closedWith)
    await post(graces, 'who was that?')
    await live.until(() => shown(live, atFirst).at(-1)?.text === 'who was that?')
    const back = await connect(linus, room)
    const resumed = await back.hello({ epoch: welcome.epoch, since: held.at(-1)!.seq, from: 1 })
    const states = new Map([...held, ...resumed.messages].map((message) => [message.seq, message]))
    const fresh = bySeq((await (await connect(linus, room)).hello(nothing)).messages)
    await flushed(room)
    await ring(room, 'upkeep')
    expect(shown(live, atFirst)).toEqual(fresh)
    expect(bySeq([...states.values()])).toEqual(fresh)
    expect(await recorded(room)).toEqual(fresh)
    const secret = fresh.find((message) => message.seq === seq)
    expect(secret).toMatchObject({ by: null, text: mode === 'keep' ? 'a secret, edited' : '' })
    expect(secret?.deleted !== undefined).toBe(mode === 'erase')
    expect(JSON.stringify(fresh).includes('secret')).toBe(mode === 'keep')
    expect(JSON.stringify(fresh)).not.toContain('"Ada"')
    expect(fresh.flatMap(({ reactions = [] }) => reactions)).toEqual([])
  },
)

test('[ERA11] deleting an account takes its password, or a session that came from a mail', async () => {
  const ada = await signUpAfresh('Ada')

  expect(await problem(request(ada, 'POST', '/me/erasure', { mode: 'keep', password: 'horse' }))).toEqual([
    401,
    'wrong_credentials',
  ])
  expect(await problem(request(ada, 'POST', '/me/erasure', { mode: 'keep' }))).toEqual([401, 'wrong_credentials'])
  expect(await bodyOf(await request(ada, 'GET', '/me/erasure'), 200)).toEqual({ state: 'none' })
  expect(await problem(request(null, 'GET', '/me/erasure'))).toEqual([401, 'sign_in'])
  expect((await request(ada, 'GET', '/me/settings')).status).toBe(200)
})

test('[ERA12] with the first answer everyone is signed out of the account, and nobody signs in: the answer is account_closing', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUp('Grace')]
  const room = await roomOf(grace, ada)
  const [inbox, socket] = [await openInbox(ada), await enter(ada, room)]
  const elsewhere: Person = { ...ada, cookies: new Map() }
  const credentials = { email: ada.email, password: 'correct horse' }
  await bodyOf(await request(elsewhere, 'POST', '/auth/sign-in', credentials), 200)
  // The room cannot tell Postgres, so the row at Auth stays.
  await stall(room)

  expect(await erase(ada)).toMatchObject({ state: 'running', mode: 'erase' })

  await inbox.until(() => inbox.closedWith !== null)
  await socket.until(() => socket.closedWith !== null)
  expect([inbox.closedWith, socket.closedWith]).toEqual([closeCodes.signIn, closeCodes.signIn])
  expect([...ada.cookies.keys()].toSorted()).toEqual(['parley_device', 'parley_erasure'])
  expect(await problem(request(ada, 'GET', '/me/settings'))).toEqual([401, 'sign_in'])
  expect(await problem(request(elsewhere, 'POST', '/auth/refresh'))).toEqual([401, 'sign_in'])
  expect(await problem(request({ ...ada, cookies: new Map() }, 'POST', '/auth/sign-in', credentials))).toEqual([
    403,
    'account_closing',
  ])
  expect(await bodyOf(await request(ada, 'GET', '/me/erasure'), 200)).toMatchObject({ state: 'running' })

  await resume(room)
  await finished(ada)
  expect(await bodyOf(await request(ada, 'GET', '/me/erasure'), 200)).toEqual({ state: 'erased', mode: 'erase' })
  expect(await problem(request(elsewhere, 'POST', '/auth/sign-in', credentials))).toEqual([401, 'wrong_credentials'])
})

/** Ada in every kind of room that one can be in. */
async function everywhere() {
  const [ada, grace, linus] = [await signUpAfresh('Ada'), await signUp('Grace'), await signUp('Linus')]
  const [withAdmin, withMember] = [await roomOf(ada, linus, grace), await roomOf(ada, linus, grace)]
  const role = { kind: 'role', person: grace.id, role: 'admin' } as const
  await bodyOf(await request(ada, 'POST', `/rooms/${withAdmin}/members`, { command: freshId(), changes: [role] }), 200)
  const [alone, graces, left] = [await roomOf(ada), await roomOf(grace, ada), await roomOf(grace, ada, linus)]
  const leave = { kind: 'leave', person: ada.id } as const
  await post(await enter(ada, left), 'before I go')
  await bodyOf(await request(ada, 'POST', `/rooms/${left}/members`, { command: freshId(), changes: [leave] }), 200)
  const direct = await directRoom(ada.id, grace.id, false, [ada.id, grace.id])
  for (const room of [withAdmin, withMember, alone, graces, direct]) await post(await enter(ada, room), 'mine')
  return { ada, grace, linus, withAdmin, withMember, alone, graces, left, direct }
}

test('[ERA13] a group goes to its admin of longest standing, else to its member; without another it is deleted; a preview says so', async () => {
  const { ada, grace, linus, withAdmin, withMember, alone, direct } = await everywhere()

  const preview = await bodyOf<{ groups: { room: string }[] }>(await request(ada, 'GET', '/me/erasure/preview'), 200)
  expect(preview.groups).toHaveLength(3)
  const heirs = { [withAdmin]: grace, [withMember]: linus }
  expect(preview).toEqual({
    rooms: 6,
    groups: preview.groups.map(({ room }) => {
      const heir = heirs[room] ? { person: heirs[room].id, name: heirs[room].name } : null
      return { room, name: 'Analytical engines', members: heir ? 3 : 1, heir }
    }),
  })

  await erase(ada)
  await finished(ada)

  expect(await memberRow(withAdmin, grace.id)).toMatchObject({ role: 'owner' })
  expect(await memberRow(withMember, linus.id)).toMatchObject({ role: 'owner' })
  expect((await service().from('rooms').select('id').eq('id', alone)).data).toEqual([])
  const graceThere = await connect(grace, direct)
  const { welcome } = await graceThere.hello(nothing)
  expect(welcome.members.map(({ person }) => person)).toEqual([grace.id])
  await post(graceThere, 'are you there?')
})

test('[ERA14] a job whose inbox dies after each thing it asks for goes on, and does all of it once', async () => {
  const { ada, ...rooms } = await everywhere()

  const deaths: string[] = []
  for (let death = await eraseAndDie(ada.id, 'erase', deaths); death !== null;) {
    deaths.push(death)
    death = await eraseAndDie(ada.id, 'erase', deaths)
  }

  const { withAdmin, withMember, alone } = rooms
  expect(new Set(deaths)).toEqual(
    new Set([
      ...['erasure_plan', `handOver ${withAdmin}`, `handOver ${withMember}`, `delete ${alone}`],
      ...['eraseAccount', 'erase_account'],
    ]),
  )
  await finished(ada)
  expect(await inboxOf(ada.id).erasure()).toMatchObject({ state: 'erased' })
  for (const room of [rooms.withAdmin, rooms.withMember, rooms.graces, rooms.left, rooms.direct]) {
    const erased = await inStorage(room, (sql) => {
      return sql.exec("select event from log where event like '%account_erased%'").toArray().length
    })
    expect(erased).toBe(1)
    await flushed(room)
    await ring(room, 'upkeep')
    const texts = (await recorded(room)).filter(({ system }) => !system)
    expect(texts).toMatchObject([{ by: null, text: '' }])
  }
  const handedOver = async (room: string) =>
    (await recorded(room)).filter(({ system }) => system?.kind === 'role_changed').length
  expect([await handedOver(rooms.withMember), await handedOver(rooms.withAdmin)]).toEqual([2, 3])
  expect((await service().from('user_profiles').select('id').eq('id', ada.id)).data).toEqual([])
})

test('[ERA15] while Postgres is away the job waits and says so, and goes on when it is back', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUp('Grace')]
  const room = await roomOf(grace, ada)
  await post(await enter(ada, room), 'mine')
  await flushed(room)
  await gate('shut')
  await inboxOf(ada.id).erase('keep')
  await goOn(ada)

  expect(await inboxOf(ada.id).erasure()).toMatchObject({ state: 'running', waiting: true })
  expect(
    await inInbox(ada.id, (sql) => sql.exec("select 1 from agenda where kind = 'erasure'").toArray()),
  ).toHaveLength(1)

  await gate('open')
  await ringInbox(ada.id, 'erasure')
  await finished(ada)
})

test('[ERA15] a deletion that is asked for again goes on as it was begun', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUp('Grace')]
  const room = await roomOf(grace, ada)
  await stall(room)
  const again: Person = { ...ada, cookies: new Map(ada.cookies) }
  expect(await erase(ada, 'keep')).toMatchObject({ state: 'running', mode: 'keep' })

  expect(await bodyOf(await request(again, 'POST', '/me/erasure', { mode: 'erase' }), 202)).toMatchObject({
    state: 'running',
    mode: 'keep',
  })
})

test('[ERA16] of an inbox whose person is gone only that is kept, for eight days, and then nothing; nothing opens it', async () => {
  const { ada, ...rooms } = await everywhere()
  const stale: Person = { ...ada, cookies: new Map(ada.cookies) }
  const device = await openInbox(ada)
  device.send({ t: 'draft', room: rooms.graces, thread: 0, text: 'half a thought', at: Date.now() })
  await erase(ada)
  await finished(ada)

  const kept = () =>
    inInbox(ada.id, (sql) => {
      const tables = sql.exec<{ name: string }>(
        "select name from sqlite_master where type = 'table' and name not glob '_cf_*'",
      )
      return tables
        .toArray()
        .map(({ name }) => name)
        .filter((name) => sql.exec(`select 1 from "${name}" limit 1`).toArray().length > 0)
        .toSorted()
    })
  expect(await kept()).toEqual(['agenda', 'erasure', 'inbox', 'self'])
  expect(await inInbox(ada.id, (sql) => sql.exec('select * from self').one())).toEqual({
    ...{ id: 1, said: null, status: null, last_seen_at: null, visit: null, told: null, subscribed: 0 },
  })
  const late = await connectInbox(stale)
  await late.until(() => late.closedWith !== null)
  expect(late.closedWith).toBe(closeCodes.signIn)
  for (const room of [rooms.graces, rooms.direct]) await inboxOf(ada.id).gone(room, 2 ** 50, 1)
  expect(await kept()).toEqual(['agenda', 'erasure', 'inbox', 'self'])
  const due = await inInbox(ada.id, (sql) => sql.exec<{ due: number }>('select due from agenda').one().due)
  expect(due - Date.now()).toBeGreaterThan(limits.endedMs - 60_000)

  await ringInbox(ada.id, 'forgotten')
  expect(await kept()).toEqual([])
  // A room that could not be heard for so long.
  await inboxOf(ada.id).gone(rooms.graces, 2 ** 50, 2)
  expect(await kept()).toEqual([])
})

test('[ERA17] an object whose room is gone from Postgres closes with 4403 and claims no epoch', async () => {
  const { ada, grace, alone } = await everywhere()
  const before = grace
  await erase(ada)
  await finished(ada)
  await ring(alone, 'deletion')
  await evictDurableObject(objectOf(alone))

  const late = await connect(before, alone)

  await late.until(() => late.closedWith !== null)
  expect(late.closedWith).toBe(closeCodes.notAMember)
  expect(await tablesOf(alone)).toEqual([])
  expect((await service().from('rooms').select('id').eq('id', alone)).data).toEqual([])
  const made = await service().schema('parley').rpc('claim_epoch', { p_room_id: alone })
  expect(made.data).toBeNull()
})

test('[ERA13] someone who is added to a group while they are being erased is taken out of that, too', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUp('Grace')]
  const first = await roomOf(grace, ada)
  await stall(first)
  const stale: Person = { ...ada, cookies: new Map(ada.cookies) }
  await erase(ada)
  const [second, third] = [await roomOf(grace), freshId()]
  await bodyOf(await join(stale, grace, second), 200)
  await bodyOf(await request(stale, 'POST', '/rooms', { id: third, name: 'Too late' }), 201)

  await resume(first)
  await finished(ada)

  expect((await service().from('rooms').select('id').in('id', [second, third])).data).toEqual([{ id: second }])
  const rows = await service().from('room_participants').select('room_id').eq('user_id', ada.id)
  expect(rows.data).toEqual([])
})
