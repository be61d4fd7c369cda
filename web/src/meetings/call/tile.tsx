import { useEffect, useRef } from 'react'
import { Avatar } from '../../ui/avatar.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Glyph } from '../glyph.tsx'
import type { Tile as Shown, Track } from './media.ts'

const qualityWords = { poor: 'Weak connection', lost: 'Connection lost' }

/** Someone, or their screen: the picture or the name's flag, and what they are up to. */
export function Tile({
  tile,
  hand,
  small,
  pinned,
  start,
  onPin,
}: {
  tile: Shown
  /** Their place among the hands that are up; null: theirs is down. */
  hand: number | null
  small: boolean
  pinned: boolean
  /** The line of the grid at which it begins; null: where the one before ends. */
  start: number | null
  onPin: () => void
}) {
  const { picture, name, own, kind, muted, speaks, quality } = tile
  const screen = kind === 'screen'
  const called = screen ? `${own ? 'Your' : `${name}’s`} screen` : own ? 'You' : name
  return (
    <li
      className={`group relative grid min-h-0 min-w-0 place-items-center overflow-hidden rounded-xl bg-sunken ${
        speaks ? 'outline-3 -outline-offset-3 outline-here' : ''
      }`}
      data-picture={picture !== null || undefined}
      data-tile={tile.id}
      style={start === null ? undefined : { gridColumnStart: start }}
    >
      {picture !== null ? (
        <Picture fits={screen} mirrored={own && !screen} name={called} track={picture} />
      ) : (
        <Avatar name={name} shape="person" size={small ? 'large' : 'giant'} />
      )}
      <div className="absolute inset-x-1.5 bottom-1.5 flex items-end gap-1.5">
        <p className="flex max-w-full min-w-0 items-center gap-1.5 rounded-lg bg-surface px-2 py-0.5 text-sm font-medium text-ink">
          {muted && !screen && (
            <span className="text-danger">
              <Glyph name="muted" size={16} />
              <span className="sr-only">Muted: </span>
            </span>
          )}
          {hand !== null && !screen && (
            <span className="flex items-center text-petrol">
              <Glyph name="hand" size={16} />
              <span className="sr-only">Hand up, number </span>
              {hand}
            </span>
          )}
          <bdi className="truncate">{called}</bdi>
          {speaks && <span className="sr-only">, speaks</span>}
        </p>
        {quality !== null && quality !== 'good' && (
          <p className="flex flex-none items-center gap-1 rounded-lg bg-danger-soft px-2 py-0.5 text-sm text-danger">
            <Glyph name="signal" size={16} />
            <span className={small ? 'sr-only' : ''}>{qualityWords[quality]}</span>
          </p>
        )}
      </div>
      <button
        aria-label={pinned ? `Do not keep ${called} large` : `Keep ${called} large`}
        aria-pressed={pinned}
        className={`absolute end-1.5 top-1.5 grid size-9 place-items-center rounded-lg bg-surface text-ink touch:size-11 ${
          pinned ? '' : 'opacity-0 group-hover:opacity-100 focus-visible:opacity-100 touch:opacity-100'
        }`}
        onClick={onPin}
        type="button"
      >
        <Icon name="pin" size={18} />
      </button>
    </li>
  )
}

function Picture({ track, name, fits, mirrored }: { track: Track; name: string; fits: boolean; mirrored: boolean }) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    const element = video.current!
    track.attach(element)
    return () => void track.detach(element)
  }, [track])
  return (
    <video
      aria-label={name}
      autoPlay
      className={`absolute inset-0 size-full ${fits ? 'object-contain' : 'object-cover'} ${mirrored ? '-scale-x-100' : ''}`}
      muted
      playsInline
      ref={video}
    />
  )
}
