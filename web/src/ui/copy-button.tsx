import { useEffect, useState } from 'react'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'

/** Copies a text and says so, aloud too. */
export function CopyButton({
  text,
  label = 'Copy',
  look = 'quiet',
}: {
  text: string
  label?: string
  look?: 'primary' | 'quiet' | 'link'
}) {
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready')
  useEffect(() => {
    if (state !== 'copied') return
    const timer = setTimeout(() => setState('ready'), 2_500)
    return () => clearTimeout(timer)
  }, [state])
  return (
    <>
      <Button
        look={look}
        onClick={() => {
          // There is no clipboard outside a secure context.
          const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))
          copied.then(
            () => setState('copied'),
            () => setState('failed'),
          )
        }}
      >
        {look !== 'link' && <Icon name={state === 'copied' ? 'check' : 'copy'} size={18} />}
        {state === 'copied' ? 'Copied' : state === 'failed' ? 'Copy it by hand' : label}
      </Button>
      <span className="sr-only" role="status">
        {state === 'copied' ? 'Copied' : ''}
      </span>
    </>
  )
}
