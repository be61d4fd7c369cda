import { useLocation, useRoute } from 'wouter'
import { Confirm } from '../ui/confirm.tsx'
import type { RoomLine } from '../../../protocol/inbox.ts'
import type { Client } from '../../sync/client.ts'

/** Asks before someone leaves a room from the list. */
export function LeaveRoom({ client, line, onClose }: { client: Client; line: RoomLine; onClose: () => void }) {
  const [, navigate] = useLocation()
  const [isOpen] = useRoute(`/r/${line.room}`)

  async function leave(): Promise<string | null> {
    const room = client.openRoom(line.room)
    try {
      const { refused } = await room.changeMembers([{ kind: 'leave', person: client.me.id }])
      if (refused.length === 0) return null
      return refused[0]!.reason === 'owner'
        ? 'The owner hands the room over first.'
        : 'The room did not allow this. Try again.'
    } finally {
      room.close()
    }
  }

  return (
    <Confirm
      act={leave}
      doing="Leaving…"
      onClose={onClose}
      onDone={() => {
        client.inbox.refresh()
        if (isOpen) navigate('/', { replace: true })
      }}
      title="Leave the room?"
      verb="Leave"
    >
      You will not see <bdi>{line.name}</bdi> any more. A link lets you in again.
    </Confirm>
  )
}
