import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import type { Entrant } from '../../../durable-objects/between.ts'
import type { Meeting } from '../../../durable-objects/meeting-object.ts'
import type { Entered, MeetingDownstream } from '../../../protocol/meetings.ts'
import { bindings, service } from './database.ts'
import { bodyOf, freshId, openSocket, request, type Person } from './people.ts'
import { Wire } from './wire.ts'

/** A meeting that someone has begun in a room, as Postgres has it. */
export async function meetingIn(room: string, by: Person, more: Record<string, unknown> = {}): Promise<string> {
  const id = freshId()
  const asked = { id, room, media: 'video', ...more }
  const answer = await service().schema('parley').rpc('create_meeting', { p_person: by.id, p_asked: asked })
  if (answer.error || answer.data.outcome !== 'created') throw new Error(JSON.stringify(answer))
  return id
}

export function meetingOf(id: string): DurableObjectStub<Meeting> {
  return bindings.MEETING.get(bindings.MEETING.idFromName(id))
}

export async function enterAs(person: Person, meeting: string): Promise<Entered> {
  return await bodyOf<Entered>(await request(person, 'POST', `/meetings/${meeting}/enter`), 200)
}

/** Someone who comes by a link and is no member of the room. */
export async function strangerEnters(meeting: string, stranger: Entrant) {
  const asked = { p_meeting: meeting }
  const { data } = await service().schema('parley').rpc('meeting_entry', asked)
  return await meetingOf(meeting).enter(stranger, 'stranger', data.facts, crypto.randomUUID())
}

export type MeetingWire = Wire<{ t: 'renew'; ticket: string }, MeetingDownstream>

export async function listenTo(person: Person, meeting: string): Promise<MeetingWire> {
  return new Wire(await openSocket(person, `/meetings/${meeting}/socket`))
}

export async function actAs(person: Person, meeting: string, act: object): Promise<number> {
  return (await request(person, 'POST', `/meetings/${meeting}/acts`, act)).status
}

/** Puts the meeting to sleep under its sockets. */
export async function hibernateMeeting(id: string): Promise<void> {
  await runInDurableObject(meetingOf(id), () => undefined)
  await evictDurableObject(meetingOf(id))
}

/** Moves a duty of the meeting to now and does what the alarm does. */
export async function ringMeeting(id: string, duty: string): Promise<void> {
  await runInDurableObject(meetingOf(id), async (object, state) => {
    state.storage.sql.exec('insert or replace into agenda (kind, due) values (?, 0)', duty)
    await object.alarm()
  })
}

/** Lets the meeting tell Postgres and its room what they have yet to hear. */
export async function tellAll(id: string): Promise<void> {
  await runInDurableObject(meetingOf(id), async (object) => {
    await object['recording'].start()
    await object['calling'].start()
  })
}
