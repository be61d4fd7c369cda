import { expect, test } from 'vitest'
import type { GuestDownstream, GuestUpstream } from '../../protocol/guest-chat.ts'
import { protocolVersion } from '../../protocol/version.ts'
import type { RoomLine } from '../../protocol/inbox.ts'
import { entryOf } from '../../worker/meeting-entry.ts'
import { enter, nothing, post } from './support/client.ts'
import { bindings, recorded } from './support/database.ts'
import { openInbox } from './support/device.ts'
import { meetingIn } from './support/meetings.ts'
import { flushed, hibernate } from './support/objects.ts'
import { freshId, openSocket, request, roomOf, signUp, signUpAfresh, type Person } from './support/people.ts'
import { Wire } from './support/wire.ts'

type Chat = Wire<GuestUpstream, GuestDownstream>

/** Someone who is no member comes to a meeting by a link, and its host lets them in. */
async function letIn(meeting: string, host: Person, stranger: Person, name: string): Promise<void> {
  const way = await entryOf(bindings, { meeting, person: host.id })
  const entrant = { id: stranger.id, person: stranger.id, device: 'laptop', name }
  await bindings.MEETING.get(bindings.MEETING.idFromName(meeting)).enter(entrant, 'stranger', way!.facts, null)
  expect((await request(host, 'POST', `/meetings/${meeting}/enter`)).status).toBe(200)
  const admit = { act: 'admit', people: 'all' }
  expect((await request(host, 'POST', `/meetings/${meeting}/acts`, admit)).status).toBe(204)
}

async function openChat(person: Person, meeting: string): Promise<Chat> {
  return new Wire(await openSocket(person, `/meetings/${meeting}/chat`))
}

function hello(chat: Chat): void {
  chat.send({ t: 'hello', v: protocolVersion, ...nothing })
}

test('[GST1] [GST2] [GST3] [GST4] who is let into a meeting reads its chat from then on, writes as a guest, and is out when ejected', async () => {
  const [ada, grace, eve] = [await signUpAfresh('Ada'), await signUpAfresh('Grace'), await signUp('Eve')]
  const room = await roomOf(ada, grace)
  const socket = await enter(ada, room)
  await post(socket, 'nothing for strangers')
  const meeting = await meetingIn(room, ada, { lobby: 'everyone' })
  const early = await openChat(eve, meeting)
  await early.until(() => early.closedWith === 4403)
  await letIn(meeting, ada, eve, 'Eve')
  const chat = await openChat(eve, meeting)
  hello(chat)

  const { from, me } = await chat.next('welcome')
  expect(me).toEqual({ id: eve.id, name: 'Eve' })
  const seq = await post(socket, 'welcome, Eve')
  const heard = await chat.next('changes', ({ messages }) => messages.some((each) => each.seq === seq))
  expect(heard.messages).toMatchObject([{ seq, by: ada.id, name: 'Ada', text: 'welcome, Eve' }])
  expect(from).toBeLessThan(seq)
  await hibernate(room)
  const id = freshId()
  chat.send({ t: 'post', id, text: 'thank you', replyTo: seq })
  const ack = await chat.next('ack')
  const told = await socket.next('changes', ({ messages }) => messages.some((each) => each.seq === ack.seq))
  const guest = { id: eve.id, name: 'Eve' }
  expect(told.messages.at(-1)).toMatchObject({ id, by: null, guest, text: 'thank you', replyTo: seq })
  await flushed(room)
  expect((await recorded(room)).at(-1)).toEqual(told.messages.at(-1))
  const device = await openInbox(grace)
  const named = ({ last }: RoomLine) => last?.name === 'Eve (guest)'
  expect((await device.line(room, named)).unread).toBeGreaterThan(0)

  expect((await request(ada, 'POST', `/meetings/${meeting}/acts`, { act: 'eject', person: eve.id })).status).toBe(204)
  await chat.until(() => chat.closedWith === 4403)
  const again = await openChat(eve, meeting)
  await again.until(() => again.closedWith === 4403)
  const member = await openChat(ada, meeting)
  await member.until(() => member.closedWith === 4403)
  expect(JSON.stringify([chat.frames, heard, from])).not.toMatch(/strangers|Grace/)
})
