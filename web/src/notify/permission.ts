import { createStore } from 'zustand/vanilla'

/** Whether this device shows notifications: never, not yet asked, forbidden in the browser, switched off, or on. */
export type Permission = 'unsupported' | 'unasked' | 'blocked' | 'off' | 'on'

const key = 'parley.notifications'

/** Of this device alone: a permission is the browser's. */
export const notifications = createStore<{ state: Permission }>(() => ({ state: now() }))

/** Asks the browser, which asks the person. Only after a press of a button. */
export async function askForNotifications(): Promise<void> {
  await Notification.requestPermission()
  notifications.setState({ state: now() })
}

/** Switches them off and on where the browser allows them. */
export function switchNotifications(on: boolean): void {
  try {
    if (on) localStorage.removeItem(key)
    else localStorage.setItem(key, 'off')
  } catch {
    // Storage is closed to this page: then the browser's own switch is the only one.
  }
  notifications.setState({ state: now() })
}

function now(): Permission {
  if (typeof Notification === 'undefined') return 'unsupported'
  if (Notification.permission === 'default') return 'unasked'
  if (Notification.permission === 'denied') return 'blocked'
  try {
    return localStorage.getItem(key) === 'off' ? 'off' : 'on'
  } catch {
    return 'on'
  }
}
