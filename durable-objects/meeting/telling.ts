import * as z from 'zod/mini'
import type { RoomForMeetings } from '../between.ts'
import type { Objects } from '../env.ts'
import { warn } from '../log.ts'
import { DatabaseAway, type ServiceFunctions } from '../service-functions.ts'
import type { Removed } from './core/entering.ts'
import { admitted, type Gathering, type MeetingFacts } from './core/gathering.ts'
import { heldAgainAt, isGuest, liveMeeting, rowsOf } from './core/telling.ts'
import type { OwedTable } from './owed.ts'

const Recorded = z.object({ outcome: z.enum(['recorded', 'busy', 'unknown']), facts: z.optional(z.unknown()) })

const At = z.nullable(z.number())
const State = z.nullable(
  z.object({
    people: z.array(
      z.object({
        ...{ id: z.string(), person: z.nullable(z.string()), name: z.string(), state: z.string() },
        ...{ joinedAt: At, leftAt: At, joinCount: z.number() },
      }),
    ),
  }),
)

/** The room has another call, or cannot be asked: it hears of it again. */
class NotHeard extends Error {}

/** What a meeting tells Postgres and its room, until they have heard it. */
export class Telling {
  private readonly meeting: string
  private readonly owed: OwedTable
  private readonly functions: ServiceFunctions
  private readonly rooms: Objects<RoomForMeetings>
  private readonly now: () => Gathering
  private readonly learned: (facts: MeetingFacts) => void
  private readonly roomGone: () => void

  constructor(parts: {
    meeting: string
    owed: OwedTable
    functions: ServiceFunctions
    rooms: Objects<RoomForMeetings>
    now: () => Gathering
    /** What Postgres says after it has heard. */
    learned: (facts: MeetingFacts) => void
    roomGone: () => void
  }) {
    this.meeting = parts.meeting
    this.owed = parts.owed
    this.functions = parts.functions
    this.rooms = parts.rooms
    this.now = parts.now
    this.learned = parts.learned
    this.roomGone = parts.roomGone
  }

  /** Writes down what has to be told of a change, in its step. */
  owe(before: Gathering, now: Gathering): void {
    const [rowsBefore, rows] = [rowsOf(before), rowsOf(now)]
    for (const [id, text] of rows) if (rowsBefore.get(id) !== text) this.owed.put('person', id, text)
    const [last, session] = [before.session, now.session]
    if (last && last.n !== session?.n) {
      this.owed.drop('live')
      this.owed.put('over', last.call, '')
      const endedAt = now.ended?.at ?? last.lastAt
      const nextStartsAt = before.facts && heldAgainAt(before.facts, endedAt)
      const said = { session: last.n, status: 'ended', startedAt: last.startedAt, endedAt, nextStartsAt }
      this.owed.put('session', `${String(last.n).padStart(9, '0')} 2`, JSON.stringify(said))
    }
    if (session && session.n !== last?.n) {
      const said = { session: session.n, status: 'live', startedAt: session.startedAt }
      this.owed.put('session', `${String(session.n).padStart(9, '0')} 1`, JSON.stringify(said))
    }
    const live = JSON.stringify(liveMeeting(now))
    if (now.session && live !== JSON.stringify(liveMeeting(before))) this.owed.put('live', '', '')
    for (const someone of admitted(before)) {
      const still = now.people.get(someone.id)?.standing === 'admitted'
      if (isGuest(someone) && !still) this.owed.put('gone', someone.id, '')
    }
  }

  owesRecord(): boolean {
    return this.owed.any('person', 'session')
  }

  /** Tells Postgres. Throws when it cannot be asked. */
  async record(): Promise<void> {
    const sessions = this.owed.of('session')
    const speaks = sessions.map(({ value }) => JSON.parse(value) as { session: number })
    // Who was in a session is written before it ends.
    if (speaks.length === 0) await this.write([], { session: this.now().session?.n ?? 0 })
    for (const [at, said] of speaks.entries()) await this.write([sessions[at]!], said)
  }

  private async write(sessions: ReturnType<OwedTable['of']>, said: { session: number }): Promise<void> {
    const people = this.owed.of('person')
    const state = { ...said, people: people.map(({ value }) => JSON.parse(value) as unknown) }
    const answer = await this.functions.call('parley', 'record_meeting', { p_meeting: this.meeting, p_state: state })
    const { outcome, facts } = Recorded.parse(answer)
    if (outcome === 'busy') throw new NotHeard('another meeting is live in its room')
    this.owed.told([...people, ...sessions])
    if (outcome === 'recorded' && facts) this.learned(facts as MeetingFacts)
    if (outcome === 'unknown') this.roomGone()
  }

  /** Whom hosts had put out, as far as Postgres can say. */
  async removed(): Promise<Removed[]> {
    try {
      const state = State.parse(await this.functions.call('parley', 'meeting_state', { p_meeting: this.meeting }))
      return state?.people.filter(({ state }) => state === 'removed') ?? []
    } catch (error) {
      if (!(error instanceof DatabaseAway)) throw error
      warn(`meeting ${this.meeting}: whom hosts had put out is not known: ${error.message}`)
      return []
    }
  }

  owesRoom(): boolean {
    return this.owed.any('live', 'over', 'gone')
  }

  /** Tells the room. Throws when it cannot be asked. */
  async tellRoom(): Promise<void> {
    const room = this.now().facts?.room
    if (room === undefined) return
    const object = this.rooms.getByName(room)
    for (const owed of this.owed.of('gone')) {
      await object.guestGone(this.meeting, owed.key)
      this.owed.told([owed])
    }
    for (const owed of this.owed.of('over')) this.take(owed, await object.meetingOver(owed.key))
    for (const owed of this.owed.of('live')) {
      const live = liveMeeting(this.now())
      this.take(owed, live ? await object.meetingLive(live) : 'heard')
    }
  }

  private take(owed: ReturnType<OwedTable['of']>[number], answer: 'heard' | 'busy' | 'gone' | 'away'): void {
    switch (answer) {
      case 'heard':
        return this.owed.told([owed])
      case 'gone':
        this.owed.told([owed])
        return this.roomGone()
      case 'busy':
      case 'away':
        throw new NotHeard(`the room answered ${answer}`)
    }
  }
}
