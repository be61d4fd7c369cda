/** The page around the client: when it is seen, and when it comes back. Node has none. */
export interface Page {
  visible(): boolean
  /** Called when the page becomes visible or focused, or the network goes or returns. Answers how to stop listening. */
  onWake(run: () => void): () => void
  /** Called when the page is hidden: the last moment at which anything can be kept. */
  onHide(run: () => void): () => void
}

/** A client without a page: always visible, never woken. */
export const noPage: Page = { visible: () => true, onWake: () => () => {}, onHide: () => () => {} }

export function browserPage(): Page {
  const listen = (pairs: [EventTarget, string][], run: (event: Event) => void) => {
    for (const [target, name] of pairs) target.addEventListener(name, run)
    return () => {
      for (const [target, name] of pairs) target.removeEventListener(name, run)
    }
  }
  const visible = () => document.visibilityState === 'visible'
  return {
    visible,
    onWake: (run) =>
      listen(
        [
          [document, 'visibilitychange'],
          [document, 'resume'],
          [window, 'focus'],
          [window, 'online'],
          // Told that the network is gone, the client asks: a server on this machine is still there.
          [window, 'offline'],
          [window, 'pageshow'],
        ],
        (event) => {
          if (visible() || event.type === 'online' || event.type === 'offline') run()
        },
      ),
    onHide: (run) =>
      listen(
        [
          [document, 'visibilitychange'],
          [window, 'pagehide'],
        ],
        () => {
          if (!visible()) run()
        },
      ),
  }
}
