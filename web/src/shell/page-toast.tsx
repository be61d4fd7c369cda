import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { Toast } from '../ui/toast.tsx'

/** A word about something I just did, wherever I am now. */
interface Said {
  id: number
  text: string
  action: { label: string; run: () => void } | null
}

const said = createStore<{ toast: Said | null }>(() => ({ toast: null }))

/** Says something over the whole page for a while, in place of what was said before. */
export function sayOnPage(text: string, action: Said['action'] = null): void {
  said.setState(({ toast }) => ({ toast: { id: (toast?.id ?? 0) + 1, text, action } }))
}

/** What was said last, while it stands. */
export function PageToast() {
  const toast = useStore(said, (now) => now.toast)
  const close = () => said.setState({ toast: null })
  return (
    <div className="pointer-events-none fixed inset-x-0 bottom-6 z-40 grid justify-items-center px-3" role="status">
      {toast !== null && (
        <Toast action={toast.action} forMs={8_000} key={toast.id} onClose={close} onOver={close} text={toast.text} />
      )}
    </div>
  )
}
