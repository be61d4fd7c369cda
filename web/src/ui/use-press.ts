import { useRef } from 'react'
import type { MouseEvent, PointerEvent } from 'react'

/** A finger that stays this long on something asks what can be done with it. */
const longPressMs = 450
/** One that moves further than this scrolls. */
const steadyPx = 10

interface Point {
  x: number
  y: number
}

/** A long press of a finger. What is under it hears no click then. */
export function usePress(onPress: ((at: Point) => void) | null) {
  const press = useRef<(Point & { timer: ReturnType<typeof setTimeout> }) | null>(null)
  const pressed = useRef(false)

  function end() {
    if (press.current !== null) clearTimeout(press.current.timer)
    press.current = null
  }

  return {
    end,
    handlers: {
      onPointerDown({ pointerType, clientX: x, clientY: y }: PointerEvent<HTMLElement>) {
        if (pointerType !== 'touch' || onPress === null) return
        end()
        pressed.current = false
        const fire = () => {
          pressed.current = true
          onPress({ x, y })
        }
        press.current = { timer: setTimeout(fire, longPressMs), x, y }
      },
      onPointerMove({ clientX, clientY }: PointerEvent<HTMLElement>) {
        const { current } = press
        if (current !== null && Math.hypot(clientX - current.x, clientY - current.y) > steadyPx) end()
      },
      onPointerUp: end,
      onPointerCancel: end,
      onClickCapture(event: MouseEvent<HTMLElement>) {
        if (!pressed.current) return
        pressed.current = false
        event.preventDefault()
        event.stopPropagation()
      },
    },
  }
}
