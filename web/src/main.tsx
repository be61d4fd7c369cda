import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { reloadOnce } from './reload-once.ts'
import { startSession } from './session.ts'
import { loadShell } from './shell/load-shell.ts'
import { followTheme } from './theme.ts'
import { PaneBoundary } from './ui/pane-boundary.tsx'

followTheme()
void startSession()
reloadOnce()
// Whoever comes for a room should not wait for the session first.
if (document.documentElement.dataset['skeleton'] !== 'card') void loadShell()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <PaneBoundary name="page">
      <App />
    </PaneBoundary>
  </StrictMode>,
)
