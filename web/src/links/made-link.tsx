import { lazy, Suspense, useState } from 'react'
import { persistently } from '../persistently.ts'
import { fullTime } from '../times.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Sign } from '../ui/sign.tsx'
import { PaneBoundary } from '../ui/pane-boundary.tsx'
import type { JoinLink } from '../../../protocol/api.ts'

const Qr = lazy(async () => ({ default: (await persistently(() => import('./qr.tsx'))).Qr }))

/** A link that was just made, and the ways to hand it over: its code is told this once. */
export function MadeLink({ link, name, uses }: { link: JoinLink; name: string; uses: number | null }) {
  const [asQr, setAsQr] = useState(false)
  const share = typeof navigator.share === 'function'
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <input
        aria-label="The link"
        className="min-h-11 w-full truncate rounded-lg border border-line bg-sunken px-3 font-mono text-sm"
        dir="ltr"
        onFocus={(event) => event.currentTarget.select()}
        readOnly
        value={link.url}
      />
      <div className="flex flex-wrap gap-2">
        <CopyButton label="Copy the link" look="primary" text={link.url} />
        {share && (
          <Button
            look="quiet"
            onClick={() => {
              // Closing the share sheet rejects: nothing to say then.
              navigator.share({ title: `Join ${name} on Parley`, url: link.url }).catch(() => undefined)
            }}
          >
            <Sign name="share" size={18} />
            Share
          </Button>
        )}
        <Button aria-expanded={asQr} look="quiet" onClick={() => setAsQr(!asQr)}>
          {asQr ? 'Hide the QR code' : 'Show a QR code'}
        </Button>
      </div>
      {asQr && (
        <PaneBoundary name="QR code">
          <Suspense fallback={<div className="aspect-square max-w-60" />}>
            <Qr label={`QR code of the link that opens ${name}`} text={link.url} />
          </Suspense>
        </PaneBoundary>
      )}
      <p className="text-sm text-pretty text-muted">
        {link.expiresAt === null ? 'It works until it is withdrawn.' : `It works until ${fullTime(link.expiresAt)}.`}
        {uses !== null && ` It lets in ${uses === 1 ? 'one person' : `${uses.toLocaleString()} people`}.`} It is shown
        this once.
      </p>
    </div>
  )
}
