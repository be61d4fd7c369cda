/** Whether anyone can be looking at the page: its tab is seen and its window has the focus. */
export function watched(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}
