import { useEffect } from 'react'
import { isSpace } from './hotkeys.ts'
import type { Media } from './media.ts'

/** Who is muted talks for as long as they hold Space. */
export function useHoldToTalk(media: Media): void {
  useEffect(() => {
    let held = false
    const begin = (event: KeyboardEvent) => {
      if (!isSpace(event)) return
      // A key that is held says so again and again, and would scroll.
      event.preventDefault()
      const { sends, mayPublish } = media.view.getState()
      if (held || sends.microphone || !mayPublish) return
      held = true
      void media.turn('microphone', true)
    }
    const end = (event: Event) => {
      if (!held || (event instanceof KeyboardEvent && event.key !== ' ')) return
      held = false
      void media.turn('microphone', false)
    }
    addEventListener('keydown', begin)
    addEventListener('keyup', end)
    // Whoever looks elsewhere lets go of it unheard.
    addEventListener('blur', end)
    return () => {
      removeEventListener('keydown', begin)
      removeEventListener('keyup', end)
      removeEventListener('blur', end)
    }
  }, [media])
}
