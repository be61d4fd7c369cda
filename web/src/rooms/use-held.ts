import { useEffect, useRef, useState } from 'react'
import type { PointerEvent } from 'react'

/** 10 s: whoever aims at a row has clicked it by then, and a mouse that was left there holds up nothing. */
const restMs = 10_000

/** What stood in a list when a mouse came over it, while it moves there; null: nobody points at it. */
export function useHeld(shown: () => readonly string[]) {
  const [held, setHeld] = useState<readonly string[] | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const letGo = () => {
    clearTimeout(timer.current)
    setHeld(null)
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  return {
    held,
    handlers: {
      onPointerMove({ pointerType }: PointerEvent) {
        if (pointerType !== 'mouse') return
        clearTimeout(timer.current)
        timer.current = setTimeout(letGo, restMs)
        if (held === null) setHeld(shown())
      },
      onPointerLeave: letGo,
    },
  }
}
