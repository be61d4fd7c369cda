import { useEffect, useState } from 'react'
import { readErasure, type Erasure } from '../../../protocol/endpoints/own-data.ts'
import { gate } from '../gate.ts'
import { outcome } from '../outcome.ts'
import { TextLink } from '../ui/link-button.tsx'
import { Turning } from '../ui/button.tsx'
import { Card } from './card.tsx'

/** How far it is, is asked this often. */
const everyMs = 1_000

type Known = Erasure | { state: 'asking' } | { state: 'unreachable' }

/** Whoever deleted their account here sees how far that is, and that it is done. */
export function AccountDeleted() {
  const known = useErasure()
  switch (known.state) {
    case 'asking':
      return <Card title="Deleting your account" />
    case 'running':
      return (
        <Card
          lead="You are signed out everywhere. You may close this page, it goes on by itself."
          title="Deleting your account"
        >
          <div className="grid gap-2">
            <p className="flex items-center gap-3" role="status">
              <Turning />
              {known.waiting ? 'Waiting for a part of Parley that cannot be reached now…' : told(known)}
            </p>
            {known.rows > 0 && (
              <p className="text-sm text-muted tabular-nums">
                {known.rows === 1 ? '1 entry' : `${known.rows.toLocaleString()} entries`} gone through
              </p>
            )}
          </div>
        </Card>
      )
    case 'unreachable':
      return (
        <Card
          lead="Parley cannot be reached now. If your account is being deleted, that goes on by itself."
          title="Deleting your account"
        />
      )
    case 'erased':
      return (
        <Card
          foot={<Ways />}
          lead={
            known.mode === 'keep'
              ? 'It is done. Your messages stay, from “Deleted account”.'
              : 'It is done. Your messages are empty, for everyone.'
          }
          title="Your account is deleted"
        />
      )
    case 'none':
      return <Card foot={<Ways />} lead="This browser is deleting no account." title="Nothing to delete here" />
  }
}

function told({ rooms }: Extract<Erasure, { state: 'running' }>): string {
  if (rooms.done < rooms.of) return `${rooms.done.toLocaleString()} of ${rooms.of.toLocaleString()} rooms know`
  return rooms.of === 0 ? 'Beginning…' : 'All rooms know. Going through what is left…'
}

function Ways() {
  return (
    <>
      <TextLink href="/sign-in">Sign in</TextLink> to another account, or{' '}
      <TextLink href="/sign-up">make a new one</TextLink>.
    </>
  )
}

function useErasure(): Known {
  const [known, setKnown] = useState<Known>({ state: 'asking' })
  useEffect(() => {
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    async function ask() {
      const answer = await outcome(gate.api.call(readErasure, {}))
      if (over) return
      const now = answer.ok ? answer.value : answer.failure.kind === 'sign_in' ? ({ state: 'none' } as const) : null
      setKnown(now ?? { state: 'unreachable' })
      if (now === null || now.state === 'running') timer = setTimeout(() => void ask(), everyMs)
    }
    void ask()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [])
  return known
}
