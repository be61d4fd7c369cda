import { useCallback, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { joinPublicRoom } from '../../../protocol/endpoints/directory.ts'
import { getRoom, type RoomDetails } from '../../../protocol/endpoints/rooms.ts'
import { gate } from '../gate.ts'
import { outcome } from '../outcome.ts'
import { refusalWords } from '../people/refused.tsx'
import { sayOnPage } from '../shell/page-toast.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { why } from '../why.ts'
import type { Client } from '../../sync/client.ts'

/** The way out of a room: at once, with a way back, where one may come in again by oneself; elsewhere it is asked for. */
export function LeaveRoom({
  client,
  room,
  name,
  onClose,
}: {
  client: Client
  room: string
  name: string
  onClose: () => void
}) {
  const [path, navigate] = useLocation()
  const [asks, setAsks] = useState(false)
  const began = useRef(false)

  const leave = useCallback(async (): Promise<string | null> => {
    const open = client.openRoom(room)
    try {
      const { refused } = await open.changeMembers([{ kind: 'leave', person: client.me.id }])
      return refused[0] === undefined ? null : refusalWords(refused[0].reason)
    } finally {
      open.close()
    }
  }, [client, room])

  const left = useCallback(() => {
    client.inbox.refresh()
    if (path.startsWith(`/r/${room}`)) navigate('/', { replace: true })
  }, [client, navigate, path, room])

  useEffect(() => {
    if (began.current) return
    began.current = true
    async function back() {
      const answer = await outcome(gate.api.call(joinPublicRoom, { params: { room }, body: {} }))
      if (!answer.ok) return sayOnPage(why(answer.failure))
      client.inbox.refresh()
      navigate(`/r/${room}`)
    }
    async function begin() {
      const known = await outcome(gate.api.call(getRoom, { params: { room } }))
      if (!known.ok || !letsBackIn(known.value)) return setAsks(true)
      const answer = await outcome(leave())
      onClose()
      if (!answer.ok) return sayOnPage(why(answer.failure))
      if (answer.value !== null) return sayOnPage(answer.value)
      left()
      sayOnPage(`You left ${name}.`, { label: 'Undo', run: () => void back() })
    }
    void begin()
  }, [client, leave, left, name, navigate, onClose, room])

  if (!asks) return null
  return (
    <Confirm act={leave} doing="Leaving…" onClose={onClose} onDone={left} title="Leave the room?" verb="Leave">
      You will not see <bdi>{name}</bdi> any more. Only a link or a member who may add people lets you in again.
    </Confirm>
  )
}

/** Whether who leaves comes in again by themselves as what they were. */
function letsBackIn({ visibility, joinPolicy, passcode, role }: RoomDetails): boolean {
  return visibility === 'public' && joinPolicy === 'open' && !passcode && role === 'member'
}
