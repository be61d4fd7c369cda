import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { startCall, straightIn } from '../../calls/start-call.ts'
import { sentence } from '../../outcome.ts'
import { persistently } from '../../persistently.ts'
import { holdPage } from '../../renew.ts'
import { loadShell } from '../../shell/load-shell.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Panel } from '../../ui/panel.tsx'
import { PaneBoundary } from '../../ui/pane-boundary.tsx'
import { Toast } from '../../ui/toast.tsx'
import { useIdle } from '../../ui/use-idle.ts'
import { helpFor } from '../blocked-help.ts'
import { NotBlurred } from '../blur.ts'
import { titleOf, type Facts } from '../facts.ts'
import { act as doAct, hand as doHand } from './acts.ts'
import { Alone } from './alone.tsx'
import { Bar } from './bar.tsx'
import { CallBanner } from './banner.tsx'
import { HelpDialog } from './help.tsx'
import { DevicesDialog } from './devices-dialog.tsx'
import { keyOf, type Key } from './hotkeys.ts'
import { Knocks } from './knocks.tsx'
import { loadMemberChat, preloadMemberChat } from './member-chat.tsx'
import { openMedia, type Media } from './media.ts'
import { record } from './record.ts'
import { SpeechNotes, useSpeaksMuted } from './notes.tsx'
import { People } from './people.tsx'
import { Stage, type Look } from './stage.tsx'
import { loadStrangerChat, useGuestChat } from './stranger-chat.tsx'
import { useHoldToTalk } from './use-hold-to-talk.ts'
import { useUnread } from './unread.ts'
import type { HostAct, MeetingRole } from '../../../../protocol/meetings.ts'
import type { Asked, MeetingClient } from '../../../sync/meeting.ts'
import type { Client } from '../../../sync/client.ts'
import type { Devices } from '../devices.ts'

const MemberChat = lazy(loadMemberChat)
const StrangerChat = lazy(loadStrangerChat)
const loadInvite = () => import('../plan/invite-dialog.tsx')
const InviteDialog = lazy(async () => ({ default: (await persistently(loadInvite)).InviteDialog }))

interface CallProps {
  facts: Facts
  socket: MeetingClient
  me: string
  devices: Devices
  client: Client | null
  /** It is held in the room of two people. */
  direct: boolean
  /** `ended`: for everyone. */
  onLeave: (ended?: boolean) => void
}

/** The meeting itself, for whoever was let in. */
export function Call(props: CallProps) {
  const { facts, socket, devices } = props
  const [media, setMedia] = useState<Media | null>(null)
  useEffect(() => {
    const names = (id: string) => socket.view.getState().meeting?.people.find((one) => one.id === id)?.name ?? null
    const { chosen, microphone, camera } = devices.view.getState()
    // What did not start on the page before is known there: nobody is told again as they come in.
    const microphoneOn = chosen.microphoneOn && microphone.state !== 'failed'
    const cameraOn = chosen.cameraOn && camera.state !== 'failed' && facts.media === 'video'
    const opened = openMedia(facts.id, { ...chosen, microphoneOn, cameraOn }, names)
    // The meeting opens its own: two pages of one microphone are one too many for some systems.
    devices.release()
    setMedia(opened)
    addEventListener('pagehide', opened.close)
    const letGo = holdPage()
    return () => {
      letGo()
      removeEventListener('pagehide', opened.close)
      opened.close()
    }
  }, [facts.id, facts.media, socket, devices])
  return media === null ? null : <InCall {...props} media={media} />
}

// 5 s: whoever loads the page anew is back by then.
const reloadMs = 5_000

type Beside = 'people' | 'chat' | null

function InCall({ facts, socket, me, devices, client, direct, media, onLeave }: CallProps & { media: Media }) {
  const [, navigate] = useLocation()
  const { you, meeting, waiting, asked, connection } = useStore(socket.view)
  // Who speaks changes all the time: only what shows it follows.
  const { mayPublish, silent, trouble, state } = useStore(
    media.view,
    useShallow(({ mayPublish, silent, trouble, media }) => ({ mayPublish, silent, trouble, state: media })),
  )
  const sends = useStore(
    media.view,
    useShallow((now) => now.sends),
  )
  const [beside, setBeside] = useState<Beside>(null)
  const [look, setLook] = useState<Look>('grid')
  const [said, setSaid] = useState<string | null>(null)
  const [over, setOver] = useState<'help' | 'devices' | 'invite' | 'end' | null>(null)
  const [seen, setSeen] = useState(0)
  const [heard, setHeard] = useState(0)
  const stage = useRef<HTMLElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  // The button that led here is gone.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const [speaksMuted, knowMuted] = useSpeaksMuted(media, !sends.microphone && state.state === 'live')

  const role = you?.role ?? 'speaker'
  const hosts = role === 'host' || role === 'cohost'
  const mayInvite = hosts && client !== null

  // In a call nothing loads the page anew, which is how a part comes that the network failed once.
  const idle = useIdle()
  const member = client !== null
  useEffect(() => {
    if (!idle) return
    if (member) preloadMemberChat()
    else void loadShell()
    if (mayInvite) void loadInvite().catch(() => undefined)
  }, [idle, member, mayInvite])
  const recording = meeting?.recording ?? null
  const mayRecord = hosts || (client !== null && facts.mayRecord === 'members')
  const people = meeting?.people ?? []
  const handUp = (you?.handAt ?? null) !== null
  const room = client === null ? null : facts.room
  const chat = useGuestChat(facts.id, room === null)
  const unread = useUnread(client, room, chat, beside === 'chat')
  const hands = people
    .filter((one) => one.handAt !== null)
    .toSorted((a, b) => a.handAt! - b.handAt!)
    .map(({ id }) => id)
  // A knock that was waved away does not come again for the same people.
  const newest = waiting.reduce((latest, { since }) => Math.max(latest, since), 0)

  const say = (word: string | null) => word !== null && setSaid(word)
  async function act(what: HostAct): Promise<string | null> {
    const refused = await doAct(facts.id, what)
    say(refused)
    return refused
  }
  const alone = meeting !== null && !people.some((one) => one.here && one.id !== me)
  // Nobody would be left, or the other one alone.
  const endsIt = hosts && facts.call && (alone || direct)
  function hangUp() {
    if (endsIt) void doAct(facts.id, { act: 'end' })
    onLeave(endsIt)
  }
  const others = people.some((one) => one.id !== me)
  useOtherGone(others, endsIt && direct && !others, () => {
    void doAct(facts.id, { act: 'end' })
    onLeave(true)
  })
  async function callAgain() {
    // A room has one live meeting, which this one is until it has ended.
    await doAct(facts.id, { act: 'end' })
    const answer = await startCall(facts.room!, facts.media)
    if (answer.ok) navigate(`/meet/${answer.value.id}`, { replace: true, state: straightIn })
    else say(sentence(answer.failure))
  }
  const raise = () => void doHand(facts.id, !handUp).then(say)
  const toggle = (kind: 'microphone' | 'camera' | 'screen') => void media.turn(kind, !sends[kind])
  const show = (which: 'people' | 'chat') => setBeside((now) => (now === which ? null : which))

  function press(key: Key) {
    switch (key) {
      case 'm':
        return mayPublish && toggle('microphone')
      case 'v':
        return mayPublish && toggle('camera')
      case 's':
        return mayPublish && toggle('screen')
      case 'h':
        return raise()
      case 'c':
        return show('chat')
      case 'p':
        return show('people')
      case 'l':
        return setLook(look === 'grid' ? 'speaker' : 'grid')
      case '?':
        return setOver('help')
    }
  }
  const pressed = useRef(press)
  pressed.current = press
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = keyOf(event)
      if (key === null) return
      event.preventDefault()
      pressed.current(key)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  useHoldToTalk(media)

  // What a host turned off is off on this side, too: the camera's light with it.
  useEffect(() => {
    if (asked?.what === 'camera_off') void media.turn('camera', false)
    if (asked?.what === 'sharing_stopped') void media.turn('screen', false)
  }, [asked, media])

  const was = useRef(role)
  useEffect(() => {
    const word = roleWords(was.current, role)
    was.current = role
    if (word !== null) setSaid(word)
  }, [role])

  const toast = toastOf(said, trouble, asked !== null && asked.n > heard ? asked : null)
  function forget() {
    setSaid(null)
    setHeard(asked?.n ?? 0)
    media.view.setState({ trouble: null })
  }

  return (
    <main className="flex h-dvh flex-col bg-canvas" ref={stage}>
      <h1 className="sr-only" ref={heading} tabIndex={-1}>
        {titleOf(facts)}
      </h1>
      <CallBanner
        connection={connection}
        locked={meeting?.locked === true}
        media={media}
        recording={recording}
        listens={!mayPublish}
        silent={silent}
        state={state}
      />
      <div className="relative flex min-h-0 flex-1">
        <div className="relative flex min-h-0 min-w-0 flex-1 flex-col">
          <Stage hands={hands} look={look} media={media} />
          <div className="pointer-events-none absolute inset-x-2 top-2 z-10 grid justify-items-center gap-2 sm:justify-items-end">
            {hosts && newest > seen && beside !== 'people' && (
              <Knocks
                onAct={act}
                onClose={() => setSeen(newest)}
                onShow={() => setBeside('people')}
                waiting={waiting}
              />
            )}
            {alone && (
              <Alone
                client={client}
                facts={facts}
                onAgain={hosts && facts.room !== null ? () => void callAgain() : null}
                onInvite={mayInvite && !direct ? () => setOver('invite') : null}
                onLeave={hangUp}
                // Of two, nobody else can come: microphone and camera are not kept open for nobody.
                onUnanswered={() => hosts && direct && void doAct(facts.id, { act: 'end' })}
              />
            )}
            <div className="grid w-full justify-items-center gap-2 sm:justify-items-end" role="status">
              {toast !== null && (
                <Toast
                  action={toast.unmutes ? { label: 'Unmute', run: () => void media.turn('microphone', true) } : null}
                  forMs={toast.unmutes ? 20_000 : 6_000}
                  key={toast.text}
                  onClose={forget}
                  onOver={forget}
                  text={toast.text}
                />
              )}
              {speaksMuted && (
                <Toast
                  action={{ label: 'Unmute', run: () => void media.turn('microphone', true) }}
                  forMs={6_000}
                  onClose={knowMuted}
                  onOver={knowMuted}
                  text="You are muted."
                />
              )}
            </div>
          </div>
        </div>
        {beside === 'people' && (
          <People
            hosts={hosts}
            locked={meeting?.locked === true}
            me={me}
            onAct={act}
            onClose={() => setBeside(null)}
            onInvite={mayInvite ? () => setOver('invite') : null}
            people={people}
            media={media}
            waiting={waiting}
          />
        )}
        {beside === 'chat' && chat !== null && (
          <PaneBoundary name="chat">
            <Panel fills onClose={() => setBeside(null)} title="Chat">
              <Suspense>
                <StrangerChat chat={chat} />
              </Suspense>
            </Panel>
          </PaneBoundary>
        )}
        {beside === 'chat' && client !== null && room !== null && (
          <PaneBoundary name="chat">
            <Panel fills onClose={() => setBeside(null)} title="Chat">
              <Suspense>
                <MemberChat client={client} room={room} />
              </Suspense>
            </Panel>
          </PaneBoundary>
        )}
      </div>
      <Bar
        beside={beside}
        handUp={handUp}
        ends={hosts && !endsIt}
        look={look}
        records={mayRecord ? recording !== null : null}
        onRecord={() => void record(facts.id, recording?.id ?? null).then(say)}
        mayPublish={mayPublish}
        mini={() => void miniWindow(stage.current)}
        onDevices={() => setOver('devices')}
        onEnd={() => setOver('end')}
        onHand={raise}
        onHelp={() => setOver('help')}
        onInvite={mayInvite ? () => setOver('invite') : null}
        onLeave={hangUp}
        onLook={() => setLook(look === 'grid' ? 'speaker' : 'grid')}
        onShow={show}
        onToggle={toggle}
        sends={sends}
        startedAt={meeting?.startedAt ?? null}
        title={titleOf(facts)}
        unread={unread}
        video={facts.media === 'video'}
        waiting={hosts ? waiting.length : 0}
      />
      <SpeechNotes media={media} />
      {over === 'help' && <HelpDialog onClose={() => setOver(null)} />}
      <Suspense>
        {over === 'invite' && client !== null && (
          <InviteDialog
            client={client}
            meeting={{ id: facts.id, title: titleOf(facts) }}
            onClose={() => setOver(null)}
          />
        )}
      </Suspense>
      {over === 'devices' && <DevicesDialog devices={devices} media={media} onClose={() => setOver(null)} />}
      {over === 'end' && (
        <Confirm
          act={() => doAct(facts.id, { act: 'end' })}
          doing="Ending…"
          onClose={() => setOver(null)}
          title="End the meeting for everyone?"
          verb="End for everyone"
        >
          The call ends for everyone who is in it or waits.{' '}
          <Button look="link" onClick={() => onLeave()}>
            Only leave it
          </Button>
        </Confirm>
      )}
    </main>
  )
}

/** Whoever was called hung up, and nobody else can come: the call is over unless they are back at once. */
function useOtherGone(others: boolean, alone: boolean, end: () => void): void {
  const met = useRef(false)
  const over = useRef(end)
  over.current = end
  useEffect(() => {
    met.current ||= others
    if (!alone || !met.current) return
    const timer = setTimeout(() => over.current(), reloadMs)
    return () => clearTimeout(timer)
  }, [others, alone])
}

function toastOf(
  said: string | null,
  trouble: { kind: 'microphone' | 'camera' | 'screen'; error: unknown } | null,
  asked: Asked | null,
): { text: string; unmutes: boolean } | null {
  if (asked !== null) {
    switch (asked.what) {
      case 'unmute':
        return { text: `${asked.by} asks you to turn your microphone on.`, unmutes: true }
      case 'muted':
        return { text: `${asked.by} muted you.`, unmutes: false }
      case 'camera_off':
        return { text: `${asked.by} turned your camera off.`, unmutes: false }
      case 'sharing_stopped':
        return { text: `${asked.by} stopped your sharing.`, unmutes: false }
    }
  }
  if (trouble !== null) {
    if (trouble.kind === 'screen') return { text: 'Your screen could not be shared.', unmutes: false }
    const blocked = trouble.error instanceof Error && trouble.error.name === 'NotAllowedError'
    const missing = trouble.error instanceof Error && trouble.error.name === 'NotFoundError'
    const unblurred = trouble.error instanceof NotBlurred
    const { title, help } = helpFor(
      trouble.kind,
      unblurred ? 'unblurred' : blocked ? 'blocked' : missing ? 'missing' : 'busy',
      navigator.userAgent,
    )
    return { text: `${title}. ${help}`, unmutes: false }
  }
  return said === null ? null : { text: said, unmutes: false }
}

/** What someone is told who may do something else than before. */
function roleWords(before: MeetingRole, now: MeetingRole): string | null {
  if (before === now) return null
  if (now === 'viewer') return 'A host lets you only listen now.'
  if (now === 'cohost') return 'You are a co-host now.'
  if (before === 'viewer') return 'You may speak now.'
  return before === 'cohost' ? 'You are no co-host any more.' : null
}

/** Puts the largest picture into a small window of its own, or takes it back. */
async function miniWindow(stage: HTMLElement | null): Promise<void> {
  if (document.pictureInPictureElement !== null) return await document.exitPictureInPicture()
  const videos = [...(stage?.querySelectorAll('video') ?? [])].filter(({ readyState }) => readyState > 0)
  const size = (video: HTMLVideoElement) => video.clientWidth * video.clientHeight
  // A browser may refuse: then everything stays where it is.
  await videos
    .toSorted((a, b) => size(b) - size(a))[0]
    ?.requestPictureInPicture()
    .catch(() => undefined)
}
