import { useEffect } from 'react'

/** Shows the number of unread messages in the tab's title, as a dot on its icon and on that of an installed app. */
export function useTitle(unread: number): void {
  useEffect(() => {
    show(unread)
    return () => show(0)
  }, [unread])
}

function show(unread: number): void {
  document.title = title(unread)
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (icon !== null) icon.href = unread === 0 ? '/icon.svg' : '/icon-unread.svg'
  // Where there is no app there is no badge.
  navigator.setAppBadge?.(unread).catch(() => undefined)
}

/** The title of the tab. */
export function title(unread: number): string {
  return unread === 0 ? 'Parley' : `(${unread > 99 ? '99+' : unread}) Parley`
}
