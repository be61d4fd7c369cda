import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { startSession } from './session.ts'
import { followTheme } from './theme.ts'
import { PaneBoundary } from './ui/pane-boundary.tsx'

followTheme()
void startSession()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <PaneBoundary name="page">
      <App />
    </PaneBoundary>
  </StrictMode>,
)
