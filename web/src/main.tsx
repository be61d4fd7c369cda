import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { loadDoor } from './auth/load-door.ts'
import { startSession } from './session.ts'
import { loadShell } from './shell/load-shell.ts'
import { followTheme } from './theme.ts'
import { PaneBoundary } from './ui/pane-boundary.tsx'

followTheme()
void startSession()
// Neither who comes for a room nor who comes to the door should wait for the session first.
void (document.documentElement.dataset['skeleton'] === 'card' ? loadDoor() : loadShell())

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <PaneBoundary name="page">
      <App />
    </PaneBoundary>
  </StrictMode>,
)
