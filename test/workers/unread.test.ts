import { expect, test } from 'vitest'
import type { UnreadAudit, UnreadCounts } from '../../protocol/api.ts'
import { enter, post } from './support/client.ts'
import { manyRooms, mention, removeMessage } from './support/database.ts'
import { openInbox, type Device } from './support/device.ts'
import { flushed, inInbox, runErrand, tellInboxes } from './support/objects.ts'
import { bodyOf, request, roomOf, signUpAfresh, type Person } from './support/people.ts'

interface Scene {
  ada: Person
  device: Device
  /** Two unread messages, of which one mentions Ada. */
  room: string
  last: number
  quiet: string
}

/** Ada's inbox is open, and Grace has written to her. */
async function scene(): Promise<Scene> {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const [room, quiet] = [await roomOf(grace, ada), await roomOf(grace, ada)]
  const device = await openInbox(ada)
  await runErrand(ada.id, 'calling')
  const talk = await enter(grace, room)
  await post(talk, 'Have you seen the engine?')
  const last = await post(talk, '@Ada, it runs.', [ada.id])
  await tellInboxes(room)
  await device.line(room, ({ unread }) => unread === 2)
  await flushed(room)
  return { ada, device, room, last, quiet }
}

async function audit(person: Person): Promise<UnreadAudit> {
  return await bodyOf<UnreadAudit>(await request(person, 'GET', '/unread/audit'), 200)
}

test('[UNR10] GET /unread says what Postgres counts, room by room', async () => {
  const { ada, room, quiet } = await scene()
  const { total, rooms } = await bodyOf<UnreadCounts>(await request(ada, 'GET', '/unread'), 200)
  expect(total).toBe(2)
  expect(new Map(rooms.map((each) => [each.room, each]))).toEqual(
    new Map([
      [room, { room, unread: 2, mentions: 1 }],
      [quiet, { room: quiet, unread: 0, mentions: 0 }],
    ]),
  )
  expect((await request(null, 'GET', '/unread')).status).toBe(401)
})

test('[UNR11] the inbox, Postgres and a recount of the rows agree, with a device and without', async () => {
  const { ada, device } = await scene()
  expect(await audit(ada)).toEqual({ checked: 2, differences: [], behind: [] })
  await device.leave()
  expect(await audit(ada)).toEqual({ checked: 2, differences: [], behind: [] })
})

test('[UNR11] a wrong number in the inbox is reported, and nothing else', async () => {
  const { ada, room } = await scene()
  await inInbox(ada.id, (sql) => {
    sql.exec("update lines set line = json_set(line, '$.unread', 9, '$.mentions', 0) where room = ?", room)
  })
  const counted = { unread: 2, mentions: 1 }
  expect(await audit(ada)).toEqual({
    checked: 2,
    differences: [{ room, inbox: { unread: 9, mentions: 0 }, sql: counted, recount: counted }],
    behind: [],
  })
})

test('[UNR11] a room that the inbox does not know, or alone knows, is reported', async () => {
  const { ada, room, quiet } = await scene()
  const unknown = crypto.randomUUID()
  await inInbox(ada.id, (sql) => {
    sql.exec('delete from lines where room = ?', quiet)
    sql.exec(
      `insert into lines (room, version, epoch, n, head, delivered, line)
       select ?, version, epoch, n, head, delivered, json_set(line, '$.room', ?) from lines where room = ?`,
      ...[unknown, unknown, room],
    )
  })
  const { differences } = await audit(ada)
  const none = { unread: 0, mentions: 0 }
  expect(new Map(differences.map((each) => [each.room, each]))).toEqual(
    new Map([
      [quiet, { room: quiet, inbox: null, sql: none, recount: none }],
      [unknown, { room: unknown, inbox: { unread: 2, mentions: 1 }, sql: null, recount: null }],
    ]),
  )
})

test('[UNR11] a row that Postgres lost is reported', async () => {
  const { ada, room, last } = await scene()
  await removeMessage(room, last)
  const counted = { unread: 1, mentions: 0 }
  expect((await audit(ada)).differences).toEqual([
    { room, inbox: { unread: 2, mentions: 1 }, sql: counted, recount: counted },
  ])
})

test('[UNR11] of a room whose events Postgres does not have yet nothing is said but that it is behind', async () => {
  const { ada, room } = await scene()
  await inInbox(ada.id, (sql) => {
    sql.exec(
      "update lines set line = json_set(line, '$.unread', 3, '$.head', json_extract(line, '$.head') + 1) where room = ?",
      room,
    )
  })
  expect(await audit(ada)).toEqual({ checked: 2, differences: [], behind: [room] })
})

test('[UNR11] 60 rooms with up to sixty unread messages each are counted alike', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  await manyRooms(grace.id, ada.id, 60, (place) => place % 100)
  const device = await openInbox(ada)
  expect(device.holding.lines.size).toBe(60)
  await runErrand(ada.id, 'calling')
  expect(await audit(ada)).toEqual({ checked: 60, differences: [], behind: [] })
}, 90_000)

test('[UNR2] [UNR11] of more than 1,000 unread messages all three count the newest', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const [room] = await manyRooms(grace.id, ada.id, 1, () => 2_500)
  await mention(room!, [1, 1_500, 1_501, 2_500], ada.id)
  await openInbox(ada)
  await runErrand(ada.id, 'calling')
  expect(await bodyOf(await request(ada, 'GET', '/unread'), 200)).toMatchObject({
    rooms: [{ unread: 1_000, mentions: 2 }],
  })
  expect(await audit(ada)).toEqual({ checked: 1, differences: [], behind: [] })
})
