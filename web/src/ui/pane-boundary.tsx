import { Component } from 'react'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { Notice } from './notice.tsx'
import type { ReactNode } from 'react'

/** Keeps a defect in one pane from taking the others down. A new `resetKey` gives the pane another chance. */
export class PaneBoundary extends Component<
  { name: string; resetKey?: string; children: ReactNode },
  { error: unknown }
> {
  override state = { error: null as unknown }

  static getDerivedStateFromError(error: unknown) {
    return { error: error ?? new Error('unknown') }
  }

  override componentDidUpdate(before: { resetKey?: string }) {
    if (this.state.error !== null && before.resetKey !== this.props.resetKey) this.setState({ error: null })
  }

  override render() {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <div role="alert" className="h-full">
        <Notice
          action={
            <>
              <Button onClick={() => this.setState({ error: null })}>Try again</Button>
              <CopyButton label="Copy details" text={details(this.props.name, error)} />
            </>
          }
          title="Something broke in this part of the page"
        >
          The rest still works, and nothing you sent is lost.
        </Notice>
      </div>
    )
  }
}

function details(pane: string, error: unknown): string {
  const what = error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ''}` : String(error)
  return `Parley, ${pane}\n${location.pathname}\n${new Date().toISOString()}\n${navigator.userAgent}\n${what}`
}
