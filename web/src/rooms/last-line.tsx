import { Ticks } from '../room/ticks.tsx'
import type { RoomLine } from '../../../protocol/inbox.ts'
import type { Tick } from '../../sync/types.ts'
import type { Typist } from '../../sync/inbox/types.ts'

/** What stands under a room's name: who writes there, what I have half written, or what was last said. */
export function LastLine({
  line,
  typing,
  draft,
  folded,
  tick,
  me,
}: {
  line: RoomLine
  typing: readonly Typist[] | undefined
  draft: string
  folded: boolean
  tick: Tick | null
  me: string
}) {
  const { last, type } = line
  if (typing !== undefined && typing.length > 0) {
    return <span className="text-petrol">{writes(typing, type === 'direct')}</span>
  }
  if (draft.trim() !== '') {
    return (
      <>
        <span className="font-medium text-danger">Draft:</span> <bdi>{oneLine(draft)}</bdi>
      </>
    )
  }
  if (last === null) return 'No messages yet'
  if (folded) return <i>Message from someone you blocked</i>
  const who = last.by === me ? 'You' : type === 'group' ? last.name : null
  return (
    <>
      {tick !== null && (
        <span className="me-1 inline-flex align-middle">
          <Ticks tick={tick} />
        </span>
      )}
      {who !== null && (
        <>
          <bdi>{who}</bdi>:{' '}
        </>
      )}
      {last.deleted ? (
        <i>Message deleted</i>
      ) : last.text === '' && last.attachments !== undefined ? (
        <i>{last.attachments === 1 ? '1 file' : `${last.attachments} files`}</i>
      ) : (
        <bdi>{oneLine(last.text)}</bdi>
      )}
    </>
  )
}

function writes(typing: readonly Typist[], direct: boolean): string {
  if (direct) return 'typing…'
  return typing.length === 1 ? `${typing[0]!.name} is typing…` : `${typing.length} people are typing…`
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 200)
}
