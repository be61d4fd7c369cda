import { expect, test } from 'vitest'
import { closeCodes } from '../../protocol/close-codes.ts'
import { limits } from '../../protocol/limits.ts'
import { openMeeting } from '../../web/sync/meeting.ts'
import type { MeetingDownstream } from '../../protocol/meetings.ts'
import type { Refresh } from '../../web/sync/link.ts'
import { fakeLink } from './sync-support/fake-link.ts'
import { handClock, settled } from './sync-support/hand-clock.ts'
import { ada, grace } from './sync-support/people.ts'

type Heard = MeetingDownstream

function meeting(refreshed: Refresh = 'renewed') {
  const link = fakeLink<{ t: 'renew'; ticket: string }, Heard>()
  const clock = handClock()
  let wake = () => {}
  const client = openMeeting({
    openTransport: (events) => link.openTransport('', events),
    refresh: () => Promise.resolve(refreshed),
    clock,
    page: {
      visible: () => true,
      onWake(run) {
        wake = run
        return () => {
          wake = () => {}
        }
      },
      onHide: () => () => {},
    },
    random: () => 0.5,
  })
  return { link, clock, client, view: client.view.getState, wake: () => wake() }
}

const you = (standing: 'waiting' | 'admitted' | 'ejected'): Heard => ({
  ...{ t: 'you', standing, role: 'host', handAt: null },
})
const stands: Heard = {
  ...{ t: 'meeting', status: 'live', startedAt: 5, locked: false, recording: null },
  people: [{ id: ada, name: 'Ada', role: 'host', here: true, handAt: null, person: ada }],
}
const lobby: Heard = { t: 'lobby', waiting: [{ id: grace, name: 'Grace', person: null, since: 7 }] }

test('[MTG50] what the socket says is shown, and stands while the connection is lost', () => {
  const { link, view, clock } = meeting()
  link.open()
  link.say(you('admitted'), stands, lobby, { t: 'asked', what: 'unmute', by: 'Grace' })
  const shown = {
    you: { standing: 'admitted', role: 'host', handAt: null },
    meeting: { status: 'live', locked: false, people: [{ name: 'Ada' }] },
    waiting: [{ name: 'Grace' }],
    asked: { what: 'unmute', by: 'Grace', n: 1 },
  }
  expect(view()).toMatchObject({ ...shown, connection: { state: 'live' }, closed: null })
  link.drop(1006, clock.now() + 500)
  expect(view()).toMatchObject({ ...shown, connection: { state: 'offline', retryAt: clock.now() + 500 } })
  link.open()
  link.say(you('admitted'), { t: 'asked', what: 'unmute', by: 'Grace' })
  expect(view()).toMatchObject({ connection: { state: 'live' }, asked: { n: 2 } })
})

test('[MTG50] whoever is put out sees nobody who is in any more', () => {
  const { link, view } = meeting()
  link.open()
  link.say(you('admitted'), stands, lobby, you('ejected'))
  expect(view()).toMatchObject({ you: { standing: 'ejected' }, meeting: null, waiting: [] })
  link.say(you('admitted'), stands, lobby, { t: 'you', standing: 'admitted', role: 'speaker', handAt: null })
  expect(view()).toMatchObject({ you: { role: 'speaker' }, meeting: { status: 'live' }, waiting: [] })
  link.drop(closeCodes.notAMember, null)
  expect([view().closed, link.closed]).toEqual(['not_a_member', true])
})

test('[MTG50] it asks whether the connection still hears, and a pong without a head is an answer', async () => {
  const { link, clock, wake } = meeting()
  link.open()
  link.say(you('waiting'))
  await clock.turn(limits.pingEveryMs)
  expect(link.heard()).toEqual(['ping'])
  link.say('pong')
  await clock.turn(15_000)
  expect(link.reconnects).toBe(0)
  wake()
  expect(link.heard()).toContain('ping')
  await clock.turn(2_000)
  expect(link.reconnects).toBe(1)
})

test('[MTG50] after 4401 it comes back with the session refreshed, or ends where there is none', async () => {
  const back = meeting('renewed')
  back.link.open()
  back.link.say(you('waiting'))
  back.link.drop(closeCodes.signIn, null)
  await settled()
  expect([back.link.reconnects, back.view().closed]).toEqual([1, null])
  const out = meeting('signed_out')
  out.link.drop(closeCodes.signIn, null)
  await settled()
  expect([out.link.reconnects, out.view().closed]).toEqual([0, 'signed_out'])
})

test('[MTG50] a renewal goes over the open socket, and a frame of a later version is passed over', () => {
  const { link, client, view } = meeting()
  link.open()
  link.say(you('waiting'), JSON.stringify({ t: 'applause' }))
  client.renew('ticket')
  expect(link.heard()).toEqual([{ t: 'renew', ticket: 'ticket' }])
  expect(view().you?.standing).toBe('waiting')
  client.close()
  expect(link.closed).toBe(true)
})
