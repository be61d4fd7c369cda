import { createStore } from 'zustand/vanilla'

export type Theme = 'system' | 'light' | 'dark'

// The same key is read by before-paint.js.
const key = 'parley.theme'

/** The chosen theme, remembered on this device and kept the same in all its tabs. */
export const theme = createStore<{ theme: Theme }>(() => ({ theme: remembered() }))

/** Chooses a theme. */
export function chooseTheme(chosen: Theme): void {
  try {
    if (chosen === 'system') localStorage.removeItem(key)
    else localStorage.setItem(key, chosen)
  } catch {
    // Storage is closed to this page: the choice lasts as long as the tab.
  }
  show(chosen)
}

/** Follows the choice made in another tab. */
export function followTheme(): void {
  addEventListener('storage', (event) => {
    if (event.key === key) show(remembered())
  })
}

function show(chosen: Theme): void {
  if (chosen === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = chosen
  theme.setState({ theme: chosen })
}

function remembered(): Theme {
  try {
    const value = localStorage.getItem(key)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system'
  }
}
