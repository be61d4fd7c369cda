const paths = {
  microphone: 'M12 14a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6',
  muted:
    'M15 9.5V6a3 3 0 0 0-5.8-1M9 9v2a3 3 0 0 0 4.6 2.5M6 11a6 6 0 0 0 9.6 4.8M18 11c0 .8-.2 1.5-.4 2.2M12 17v4M9 21h6M4 4l16 16',
  camera: 'M3.5 7h11v10h-11zM14.5 11l6-3.5v9l-6-3.5',
  dark: 'M7 7h7.5v6M14.5 16v1h-11V7H4M14.5 11l6-3.5v9l-3-1.8M4 4l16 16',
  screen: 'M3.5 5h17v11h-17zM9 20h6M12 13V8.5M9.8 10.5L12 8.3l2.2 2.2',
  hand: 'M8 12V6.5a1.4 1.4 0 0 1 2.8 0V11M10.8 11V4.8a1.4 1.4 0 0 1 2.8 0V11M13.6 11V6a1.4 1.4 0 0 1 2.8 0v8M16.4 10.5a1.4 1.4 0 0 1 2.8 0V15a6 6 0 0 1-6 6h-1.4a6 6 0 0 1-5-2.7l-3-4.6a1.4 1.4 0 0 1 2.3-1.5L8 14.5',
  chat: 'M4 5h16v11h-9l-5 4v-4H4z',
  hangup: 'M3 14.5c0-6 18-6 18 0v1.5l-4.5 1-1-3a12 12 0 0 0-7 0l-1 3L3 16z',
  signal: 'M5 18v-3M10 18v-6M15 18V9M20 18V5',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5M16 4.5a3.5 3.5 0 0 1 0 6M18 14.8c2 .8 3.2 2.6 3.5 5.2',
  more: 'M5 12h.6v.2H5zM11.7 12h.6v.2h-.6zM18.4 12h.6v.2h-.6z',
} as const

/** A line drawing of what a meeting has that the rest of the page has not. Decoration, as Icon is. */
export function Glyph({ name, size = 22 }: { name: keyof typeof paths; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      className="flex-none"
      fill="none"
      height={size}
      stroke="currentColor"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth="1.8"
      viewBox="0 0 24 24"
      width={size}
    >
      <path d={paths[name]} />
    </svg>
  )
}
