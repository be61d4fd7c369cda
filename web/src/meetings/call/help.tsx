import { Dialog } from '../../ui/dialog.tsx'
import { keys } from './hotkeys.ts'

/** The keys of a meeting. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title="Keys in a meeting">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-2">
        {[...Object.entries(keys), ['Space', 'Hold it to talk while you are muted']].map(([key, does]) => (
          <div className="contents" key={key}>
            <dt>
              <kbd className="inline-grid min-w-8 place-items-center rounded-md border border-line-strong px-2 py-0.5 font-semibold uppercase">
                {key}
              </kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
