import { expect, test } from 'vitest'
import type { Entered, MeetingDownstream } from '../../protocol/meetings.ts'
import { meetingIn } from './support/meetings.ts'
import { bodyOf, openSocket, request, roomOf, signUp } from './support/people.ts'
import { Wire } from './support/wire.ts'

test('[MTG20] whoever enters has a place at the meeting’s socket, and nobody has a token before they are let in', async () => {
  const [ada, grace, eve] = [await signUp('Ada'), await signUp('Grace'), await signUp('Eve')]
  const room = await roomOf(ada, grace)
  const meeting = await meetingIn(room, ada, { lobby: 'everyone' })

  expect((await request(eve, 'POST', `/meetings/${meeting}/enter`)).status).toBe(404)
  expect((await request(grace, 'POST', `/meetings/${meeting}/token`)).status).toBe(404)
  const waits = await bodyOf<Entered>(await request(grace, 'POST', `/meetings/${meeting}/enter`), 200)
  expect(waits).toEqual({ meeting, me: grace.id, standing: 'waiting', role: 'speaker' })
  expect((await request(grace, 'POST', `/meetings/${meeting}/token`)).status).toBe(403)
  const come = await bodyOf<Entered>(await request(ada, 'POST', `/meetings/${meeting}/enter`), 200)
  expect(come).toEqual({ meeting, me: ada.id, standing: 'admitted', role: 'host' })

  const hers = new Wire<never, MeetingDownstream>(await openSocket(grace, `/meetings/${meeting}/socket`))
  const hosts = new Wire<never, MeetingDownstream>(await openSocket(ada, `/meetings/${meeting}/socket`))
  expect(await hers.next('you')).toEqual({ t: 'you', standing: 'waiting', role: 'speaker', handAt: null })
  expect((await hosts.next('lobby')).waiting).toMatchObject([{ id: grace.id, name: 'Grace', person: grace.id }])
  const admit = { act: 'admit', people: 'all' }
  expect((await request(ada, 'POST', `/meetings/${meeting}/acts`, admit)).status).toBe(204)
  expect(await hers.next('you')).toMatchObject({ standing: 'admitted' })
  expect((await hers.next('meeting')).people.map(({ name }) => name)).toEqual(['Ada', 'Grace'])
})
