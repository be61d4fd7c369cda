import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { persistently } from '../persistently.ts'
import { Waiting } from '../system/waiting.tsx'
import { PaneBoundary } from '../ui/pane-boundary.tsx'
import { openDevices, type Devices } from './devices.ts'
import { loadCall } from './load-call.ts'
import { Lobby } from './lobby.tsx'
import { Prejoin } from './prejoin.tsx'
import { waits } from './standing-words.ts'
import { Unavailable } from './unavailable.tsx'
import { sayGone, startVisit, type Visit, type Way } from './visit.ts'
import { titleOf, type Facts } from './facts.ts'
import type { MeetingClient } from '../../sync/meeting.ts'
import type { RoomLine } from '../../../protocol/inbox.ts'
import type { Client } from '../../sync/client.ts'

// Who comes by no link needs no landing, and nobody begins with the end.
const Landing = lazy(async () => ({ default: (await persistently(() => import('./landing.tsx'))).Landing }))
const Refused = lazy(async () => ({ default: (await persistently(() => import('./refused.tsx'))).Refused }))
const After = lazy(async () => ({ default: (await persistently(() => import('./after.tsx'))).After }))
const Call = lazy(() => persistently(loadCall))

/** Coming to a meeting, by whichever address. */
export function Come({ way, client }: { way: Way; client: Client | null }) {
  const { kind } = way
  const where = way.kind === 'link' ? way.code : way.id
  const person = client?.me.id ?? null
  const visit = useMemo(
    () => startVisit(kind === 'link' ? { kind, code: where } : { kind, id: where }, person, goesStraight()),
    [kind, where, person],
  )
  const [devices, setDevices] = useState<Devices | null>(null)
  useEffect(() => {
    void visit.load()
    if (goesStraight()) {
      void loadCall().catch(() => undefined)
      // Who loads this page anew is asked again.
      history.replaceState({ ...(history.state as object), straight: false }, '')
    }
    const opened = openDevices()
    setDevices(opened)
    return () => {
      visit.close()
      opened.close()
    }
  }, [visit])

  const { stage, facts: found, said, failure, pending } = useStore(visit.view)
  const line = useLine(client, found?.room ?? null)
  // A call is named as its room. In a group of one's own there is nobody to call.
  const facts = useMemo(
    () => (found?.call && line ? { ...found, title: line.name, call: line.memberCount > 1 } : found),
    [found, line],
  )
  const name = client?.me.name ?? said.name
  useEffect(() => {
    if (facts === null) return
    document.title = `${titleOf(facts)} · Parley`
    return () => {
      document.title = 'Parley'
    }
  }, [facts])
  useEffect(() => {
    // What could not be loaded now is asked for again when it is needed.
    if (stage.at === 'before') void loadCall().catch(() => undefined)
    if (stage.at === 'after' || stage.at === 'refused') devices?.release()
  }, [stage.at, devices])

  if (stage.at === 'failed') {
    return (
      <Unavailable
        failure={stage.failure}
        here={kind === 'link' ? `/m/${where}` : `/meet/${where}`}
        link={kind === 'link'}
        onRetry={() => void visit.load()}
      />
    )
  }
  if (stage.at === 'loading' || facts === null || devices === null) return <Waiting />
  switch (stage.at) {
    case 'landing':
      return (
        <Suspense fallback={<Waiting />}>
          <Landing facts={facts} failure={failure} me={client?.me.name ?? null} onGoOn={visit.goOn} said={said} />
        </Suspense>
      )
    case 'before':
      return (
        <Prejoin
          devices={devices}
          facts={facts}
          failure={failure}
          name={name}
          onBack={facts.code === null || client !== null ? null : visit.back}
          onJoin={() => void visit.join()}
          pending={pending}
        />
      )
    case 'refused':
      return (
        <Suspense fallback={<Waiting />}>
          <Refused
            facts={facts}
            onRetry={() => void visit.join()}
            pending={pending}
            signedIn={client !== null}
            standing={stage.standing}
          />
        </Suspense>
      )
    case 'after':
      return (
        <Suspense fallback={<Waiting />}>
          <After client={client} ended={stage.ended} facts={facts} ms={stage.ms} onRejoin={() => visit.goOn(said)} />
        </Suspense>
      )
    case 'in':
      return (
        <Inside
          client={client}
          devices={devices}
          direct={line?.type === 'direct'}
          facts={facts}
          key={stage.me}
          me={stage.me}
          name={name}
          socket={stage.socket}
          visit={visit}
        />
      )
  }
}

/** In the lobby or in the call: as the meeting's socket says. */
function Inside({
  visit,
  socket,
  me,
  ...rest
}: {
  visit: Visit
  socket: MeetingClient
  me: string
  facts: Facts
  name: string
  devices: Devices
  client: Client | null
  /** It is held in the room of two people. */
  direct: boolean
}) {
  const [, navigate] = useLocation()
  const { facts, name, devices } = rest
  const you = useStore(socket.view, (now) => now.you)
  const connection = useStore(socket.view, (now) => now.connection)
  const closed = useStore(socket.view, (now) => now.closed)
  const standing = you?.standing ?? 'waiting'
  const admitted = standing === 'admitted'

  useEffect(() => {
    if (closed !== null) visit.over(standing === 'admitted' || waits(standing) ? 'outside' : standing)
    else if (!admitted && !waits(standing)) visit.over(standing)
    else if (admitted) visit.began()
  }, [closed, standing, admitted, visit])

  useEffect(() => {
    const gone = () => sayGone(facts.id)
    // A page that the browser had put aside comes back without its connections, and without a camera.
    const back = ({ persisted }: PageTransitionEvent) => persisted && location.reload()
    addEventListener('pagehide', gone)
    addEventListener('pageshow', back)
    return () => {
      removeEventListener('pagehide', gone)
      removeEventListener('pageshow', back)
    }
  }, [facts.id])

  function leave(ended = false) {
    visit.leave(ended)
    // Who hangs up is back where they called from; the room says what became of the call, and lets them in again.
    if (facts.call) navigate(`/r/${facts.room}`, { replace: true })
  }

  if (you === null) return <Waiting />
  if (admitted) {
    return (
      <PaneBoundary name="meeting">
        <Suspense fallback={<Waiting />}>
          <Call {...rest} me={me} onLeave={leave} socket={socket} />
        </Suspense>
      </PaneBoundary>
    )
  }
  return (
    <Lobby
      devices={devices}
      facts={facts}
      lost={connection.state !== 'live'}
      name={name}
      onLeave={() => visit.leave()}
      standing={standing}
    />
  )
}

/** Whether they said on the page before that they want to talk. */
function goesStraight(): boolean {
  return (history.state as { straight?: boolean } | null)?.straight === true
}

const noRooms = createStore<{ rooms: readonly RoomLine[] }>(() => ({ rooms: [] }))

/** The meeting's room in one's own list; undefined: it is not in it, or there is no room. */
function useLine(client: Client | null, room: string | null): RoomLine | undefined {
  return useStore(client?.inbox.view ?? noRooms, ({ rooms }) =>
    room === null ? undefined : rooms.find((line) => line.room === room),
  )
}
