import { systemClock } from '../../sync/clock.ts'
import { watched } from '../watched.ts'
import { notifications } from './permission.ts'
import { startNotifier, type Note, type Shown } from './notifier.ts'
import type { Client } from '../../sync/client.ts'

const front = 'parley:front'

/** Notifies of a person's rooms while the page is not before them. `open` shows a room. Answers how to stop. */
export function notifyOf(client: Client, open: (room: string) => void): () => void {
  const stops = [
    holdFront(),
    startNotifier({
      ...{ inbox: client.inbox, me: client.me.id, clock: systemClock, inFront },
      allowed: () => notifications.getState().state === 'on',
      show: (note) => show(note, open),
    }),
  ]
  return () => stops.forEach((stop) => stop())
}

function show({ room, title, body }: Note, open: (room: string) => void): Shown | null {
  try {
    const note = new Notification(title, { body, tag: `parley:${room}`, icon: '/icon-192.png', silent: true })
    note.addEventListener('click', () => {
      focus()
      open(room)
      note.close()
    })
    return note
  } catch {
    // Some browsers show notifications of service workers alone.
    return null
  }
}

/** Says to the other tabs of this browser when this one is looked at. */
function holdFront(): () => void {
  let release: (() => void) | null = null
  const turn = () => {
    if (!watched()) {
      release?.()
      release = null
    } else if (release === null) {
      const held = new Promise<void>((done) => {
        release = done
      })
      void navigator.locks?.request(front, { mode: 'shared' }, () => held)
    }
  }
  turn()
  const targets = [
    [window, 'focus'],
    [window, 'blur'],
    [document, 'visibilitychange'],
  ] as const
  for (const [target, name] of targets) target.addEventListener(name, turn)
  return () => {
    release?.()
    for (const [target, name] of targets) target.removeEventListener(name, turn)
  }
}

async function inFront(): Promise<boolean> {
  if (watched()) return true
  const { held = [] } = (await navigator.locks?.query()) ?? {}
  return held.some(({ name }) => name === front)
}
