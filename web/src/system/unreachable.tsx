import { askSession } from '../session.ts'
import { Button } from '../ui/button.tsx'
import { Mark } from '../ui/mark.tsx'
import { Notice } from '../ui/notice.tsx'

/** Nobody is remembered on this device and the server cannot be asked. */
export function Unreachable() {
  return (
    <main className="h-dvh bg-canvas" role="alert">
      <Notice
        action={<Button onClick={() => void askSession()}>Try again</Button>}
        art={<Mark size={40} />}
        level="h1"
        title="Parley cannot be reached"
      >
        Check your connection. Nothing is lost: try again when you are back online.
      </Notice>
    </main>
  )
}
