import { Suspense } from 'react'
import { useStore } from 'zustand'
import { CallCard } from '../calls/lazy-calls.ts'
import { failureOf, sentence } from '../outcome.ts'
import { clock } from '../times.ts'
import { Button } from '../ui/button.tsx'
import { useDesk } from './desk.ts'
import { iMay } from './standing.ts'
import type { Message } from '../../sync/wire.ts'
import { happened } from './happened.ts'
import type { People } from './people.ts'

/** A fact of the room between the messages. */
export function SystemRow({ message, people }: { message: Message; people: People }) {
  const fact = message.system
  if (fact === null) return null
  return (
    <p className="pt-2.5 pb-1 text-center text-sm text-muted" title={clock(message.at)}>
      {/* A name of another direction stands in the sentence; it does not turn it. */}
      {fact.kind === 'call_started' ? (
        <Call id={fact.meeting} said={happened(fact, people)} />
      ) : (
        <bdi dir="ltr">{happened(fact, people)}</bdi>
      )}
      {fact.kind === 'member_banned' && <LiftBan person={fact.person} since={message.seq} />}
    </p>
  )
}

/** A call, as a card while it is live. */
function Call({ id, said }: { id: string; said: string }) {
  const desk = useDesk()
  const live = useStore(desk.client.view, (now) => now.call?.id === id)
  const bare = <bdi dir="ltr">{said}</bdi>
  return live ? (
    <Suspense fallback={bare}>
      <CallCard desk={desk} said={said} />
    </Suspense>
  ) : (
    bare
  )
}

/** The way back from a ban, for who may lift it and while it stands. */
function LiftBan({ person, since }: { person: string; since: number }) {
  const desk = useDesk()
  const { client } = desk
  const offered = useStore(
    client.view,
    (now) => iMay(now, 'ban_members') && !now.rows.some((row) => row.state === 'confirmed' && ends(row.message)),
  )

  function ends({ seq, system }: Message): boolean {
    const over = system?.kind === 'member_unbanned' || system?.kind === 'member_joined'
    return seq > since && over && system.person === person
  }

  async function lift() {
    try {
      await client.changeMembers([{ kind: 'unban', person }])
    } catch (error) {
      desk.say(sentence(failureOf(error)))
    }
  }

  if (!offered) return null
  return (
    <>
      {' · '}
      <Button look="link" onClick={() => void lift()}>
        Lift the ban
      </Button>
    </>
  )
}
