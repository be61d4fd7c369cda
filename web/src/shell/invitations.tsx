import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { useStore } from 'zustand'
import { listMeetings } from '../../../protocol/endpoints/meetings.ts'
import type { InvitationNews } from '../../../protocol/inbox.ts'
import { gate } from '../gate.ts'
import { outcome } from '../outcome.ts'
import { sayOnPage } from './page-toast.tsx'
import type { Inbox } from '../../sync/inbox/types.ts'
import type { Around } from './around.ts'

/** Counts the invitations to meetings that wait for my answer, and says when something becomes of one. */
export function Invitations({ inbox, around }: { inbox: Inbox; around: Around }) {
  const [, navigate] = useLocation()
  const news = useStore(inbox.view, (now) => now.invitation)
  const live = useStore(inbox.view, (now) => now.connection.state === 'live')

  // What was said while nothing was connected is found when it is again.
  useEffect(() => {
    if (!live) return
    let over = false
    void outcome(gate.api.call(listMeetings, { query: { when: 'unanswered' } })).then((answer) => {
      if (!over && answer.ok) around.setState({ invited: answer.value.items.length })
    })
    return () => {
      over = true
    }
  }, [live, news, around])

  useEffect(() => {
    const said = news && wordsOf(news)
    if (said) sayOnPage(said, { label: 'See', run: () => navigate('/meetings', { state: { inside: true } }) })
  }, [news, navigate])
  return null
}

function wordsOf({ news, by, title }: InvitationNews): string | null {
  const meeting = title === '' ? 'a meeting' : `“${title}”`
  switch (news) {
    case 'invited':
      return `${by} invites you to ${meeting}.`
    case 'changed':
      return `${by} moved ${meeting} to another time.`
    case 'cancelled':
      return `${by} cancelled ${meeting}.`
    case 'withdrawn':
      return `You are not invited to ${meeting} any more.`
    case 'answered':
      return null
  }
}
