import { Drawing, drawings, type IconName } from './icon.tsx'

// No page shows these at once: they come with the menus and panels that do.
const signs = {
  next: 'M9 5l7 7-7 7',
  down: 'M12 5v14M5 12l7 7 7-7',
  share: 'M12 15V4M8 7.5L12 4l4 3.5M6 12v8h12v-8',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  info: 'M12 11v5.5M12 7.5v.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  horn: 'M4 10v4h3l8 4V6l-8 4zM18.5 9.5a4 4 0 0 1 0 5M8 14.5l1 5h2.5',
  undo: 'M8 5L4 9l4 4M4 9h9.5a5.5 5.5 0 0 1 0 11H8',
  archive: 'M4 5h16v4H4zM5.5 9v10h13V9M10 13h4',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5h4',
  block: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.7 5.7l12.6 12.6',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  call: 'M6 4h3.5l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5V18a2 2 0 0 1-2.2 2A16 16 0 0 1 4 6.2 2 2 0 0 1 6 4z',
  camera: 'M3 7h12v10H3zM15 11l6-3.5v9L15 13z',
} as const

type SignName = IconName | keyof typeof signs

/** An icon, also of those that a room or the door shows only after something was opened. */
export function Sign({ name, size, mirrored }: { name: SignName; size?: number; mirrored?: boolean }) {
  const path = name in drawings ? drawings[name as IconName] : signs[name as keyof typeof signs]
  return <Drawing mirrored={mirrored} path={path} size={size} />
}
