import { useCallback, useEffect, useRef, useState } from 'react'
import { limits } from '../../../protocol/limits.ts'
import type { Inbox } from '../../sync/inbox/types.ts'

/** Watches those whose elements are in view: each has the person in `data-person` and takes the answer as its ref. */
export function usePeopleOnScreen(inbox: Inbox): (element: HTMLElement | null) => (() => void) | undefined {
  const observer = useRef<IntersectionObserver | null>(null)
  const seen = useRef(new Set<string>())
  const [people, setPeople] = useState('')

  const observe = useCallback((element: HTMLElement | null) => {
    const person = element?.dataset['person']
    if (element === null || person === undefined) return
    const tell = () => setPeople([...seen.current].slice(0, limits.watched).join())
    observer.current ??= new IntersectionObserver((changes) => {
      for (const { target, isIntersecting } of changes) {
        const its = (target as HTMLElement).dataset['person']!
        if (isIntersecting) seen.current.add(its)
        else seen.current.delete(its)
      }
      tell()
    })
    const own = observer.current
    own.observe(element)
    return () => {
      own.unobserve(element)
      seen.current.delete(person)
    }
  }, [])

  useEffect(() => {
    if (people !== '') return inbox.watch(people.split(','))
  }, [inbox, people])
  return observe
}
