import { useState } from 'react'
import { Switch } from '../../ui/choices.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { keys, keysAreOn, turnKeys } from './hotkeys.ts'

/** The keys of a meeting. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const [on, setOn] = useState(keysAreOn)
  return (
    <Dialog onClose={onClose} title="Keys in a meeting">
      <dl className="mb-5 grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-2">
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
      <Switch
        hint="Off, they do nothing, and this list stands in the menu under “More”."
        label="Single keys"
        on={on}
        onChange={(next) => {
          turnKeys(next)
          setOn(keysAreOn())
        }}
      />
    </Dialog>
  )
}
