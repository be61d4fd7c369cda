import { createStore, type StoreApi } from 'zustand/vanilla'
import { enterByMeetingLink } from '../../../protocol/endpoints/meeting-ways.ts'
import { enterMeeting, leaveMeeting } from '../../../protocol/endpoints/in-meeting.ts'
import type { Entered, Standing } from '../../../protocol/meetings.ts'
import { socketAddress } from '../../sync/client.ts'
import { openMeeting, type MeetingClient } from '../../sync/meeting.ts'
import { ProblemError } from '../../sync/problem-error.ts'
import { socketTransport } from '../../sync/socket.ts'
import { gate } from '../gate.ts'
import { outcome, type Failure } from '../outcome.ts'
import { factsOfLink, factsOfMeeting, type Facts } from './facts.ts'
import { lastName, rememberWay, wayTo } from './remembered.ts'
import type { Said } from './landing.tsx'

/** The way by which someone comes: an address of a link, or of a meeting itself. */
export type Way = { kind: 'link'; code: string } | { kind: 'meeting'; id: string }

export type Stage =
  | { at: 'loading' }
  /** It cannot be shown, or is for others. */
  | { at: 'failed'; failure: Failure }
  | { at: 'landing' }
  | { at: 'before' }
  /** In the meeting, or in its lobby: its socket says which. */
  | { at: 'in'; socket: MeetingClient; me: string }
  /** Not let in. */
  | { at: 'refused'; standing: Exclude<Standing, 'admitted'> }
  /** Was in the call for so long. `ended`: it is over for everyone. */
  | { at: 'after'; ms: number | null; ended: boolean }

export interface VisitView {
  stage: Stage
  facts: Facts | null
  said: Said
  /** Why the last step did not lead on. */
  failure: Failure | null
  pending: boolean
}

/** One coming to a meeting, from its address to the door and out again. */
export interface Visit {
  view: StoreApi<VisitView>
  load(): Promise<void>
  goOn(said: Said): void
  back(): void
  join(): Promise<void>
  /** Since when they are in the call, for the card after it. */
  began(): void
  /** Leaves, and says so. `ended`: for everyone. */
  leave(ended?: boolean): void
  /** The socket says that they are in no more. */
  over(standing: Exclude<Standing, 'admitted'>): void
  close(): void
}

/** `straight`: they come in without a look at themself first, where nothing else stands against it. */
export function startVisit(way: Way, person: string | null, straight = false): Visit {
  const view = createStore<VisitView>(() => ({
    stage: { at: 'loading' },
    facts: null,
    said: { name: lastName(), passcode: '' },
    failure: null,
    pending: false,
  }))
  let since: number | null = null
  let stopRenewing = () => {}
  let closed = false

  async function load(): Promise<void> {
    closed = false
    view.setState({ stage: { at: 'loading' }, failure: null })
    const answer = await outcome(facts())
    if (closed) return
    if (!answer.ok) return view.setState({ stage: { at: 'failed', failure: answer.failure } })
    const known = answer.value
    const { name } = view.getState().said
    const knocks = known.code !== null && (known.me !== 'member' || person === null)
    // Who was here before, by this link, has said it all.
    const returns = way.kind === 'meeting' && !known.passcode && (person !== null || name !== '')
    const lands = knocks && (!returns || known.me === 'sign_in' || known.me === 'not_a_member')
    const over = known.status === 'ended' || known.status === 'cancelled'
    const goes = straight && !over && !lands
    straight = false
    if (goes) {
      view.setState({ facts: known })
      await join()
      if (closed || view.getState().stage.at !== 'loading') return
    }
    view.setState({
      facts: known,
      stage: over ? { at: 'refused', standing: 'over' } : { at: lands ? 'landing' : 'before' },
    })
  }

  async function facts(): Promise<Facts> {
    if (way.kind === 'link') return await factsOfLink(way.code)
    const link = wayTo(way.id)
    // A guest knows of a meeting what its link shows.
    if (person === null && link !== null) return await factsOfLink(link.code)
    try {
      return await factsOfMeeting(way.id)
    } catch (error) {
      if (link === null || !(error instanceof ProblemError) || error.kind !== 'not_found') throw error
      return await factsOfLink(link.code)
    }
  }

  function enter({ code, passcode, id, me }: Facts): Promise<Entered> {
    const { said } = view.getState()
    if (code === null || (me === 'member' && person !== null)) {
      return gate.api.call(enterMeeting, { params: { meeting: id } })
    }
    const body = { ...(person === null && { name: said.name }), ...(passcode && { passcode: said.passcode }) }
    return gate.api.call(enterByMeetingLink, { params: { code }, body })
  }

  async function join(): Promise<void> {
    const { facts: known, pending } = view.getState()
    if (known === null || pending) return
    view.setState({ pending: true, failure: null })
    const answer = await outcome(enter(known))
    if (closed) return
    view.setState({ pending: false })
    if (!answer.ok) return refused(answer.failure)
    const { me, standing, meeting } = answer.value
    if (known.code !== null)
      rememberWay(meeting, { code: known.code, name: person === null ? view.getState().said.name : null })
    if (standing !== 'admitted' && standing !== 'waiting' && standing !== 'early') {
      return view.setState({ stage: { at: 'refused', standing } })
    }
    const socket = openMeeting({
      openTransport: (events) =>
        socketTransport({ address: socketAddress(gate.origin, `meetings/${meeting}/socket`) }, events),
      ...{ refresh: gate.session.refresh, clock: gate.clock, page: gate.page, random: Math.random },
    })
    stopRenewing = gate.session.onRenewal(socket.renew)
    since = null
    view.setState({ stage: { at: 'in', socket, me } })
  }

  function refused(failure: Failure): void {
    switch (failure.kind) {
      case 'wrong_passcode':
      case 'passcode_needed':
      case 'invalid_request': {
        const { facts: known } = view.getState()
        const passcode = known !== null && (known.passcode || failure.kind !== 'invalid_request')
        return view.setState({
          failure,
          facts: known && { ...known, passcode },
          stage: { at: (known?.code ?? null) === null ? 'before' : 'landing' },
        })
      }
      case 'not_found':
      case 'link_over':
        return view.setState({ stage: { at: 'failed', failure } })
      default:
        view.setState({ failure })
    }
  }

  /** Lets go of the socket; answers how long they were in the call. */
  function end(): number | null {
    const { stage } = view.getState()
    if (stage.at !== 'in') return null
    stopRenewing()
    stage.socket.close()
    return since === null ? null : Date.now() - since
  }

  function leave(ended = false): void {
    const { stage, facts: known } = view.getState()
    if (stage.at !== 'in' || known === null) return
    const ms = end()
    // Who is gone is gone, whether or not the meeting hears it: it looks after those whose connection ended.
    if (!ended) void outcome(gate.api.call(leaveMeeting, { params: { meeting: known.id } }))
    view.setState({ stage: { at: 'after', ms, ended } })
  }

  return {
    view,
    load,
    goOn: (said) => view.setState({ said, failure: null, stage: { at: 'before' } }),
    back: () => view.setState({ failure: null, stage: { at: 'landing' } }),
    join,
    began() {
      since ??= Date.now()
    },
    leave,
    over(standing) {
      if (view.getState().stage.at !== 'in') return
      const ms = end()
      const wasIn = ms !== null && (standing === 'over' || standing === 'outside')
      view.setState({ stage: wasIn ? { at: 'after', ms, ended: standing === 'over' } : { at: 'refused', standing } })
    },
    close() {
      closed = true
      const { stage, facts: known } = view.getState()
      if (stage.at !== 'in' || known === null) return
      end()
      // Whoever goes to another page of this one has left, too.
      sayGone(known.id)
    },
  }
}

/** Says that a page is closing while someone is in a meeting: nothing else still goes out then. */
export function sayGone(meeting: string): void {
  navigator.sendBeacon(`/api/v1/meetings/${meeting}/leave`)
}
