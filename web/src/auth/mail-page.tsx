import { useEffect, useState } from 'react'
import { persistently } from '../persistently.ts'
import { Waiting } from '../system/waiting.tsx'

type Pages = typeof import('./mail-pages.ts')

let loaded: Pages | null = null

/** Fetches the pages that go by mail, ahead of whoever will need one. */
export async function loadMailPages(): Promise<Pages> {
  loaded ??= await persistently(() => import('./mail-pages.ts'))
  return loaded
}

/** One of the pages that go by mail, without a flash of the skeleton where they are here already. */
export function MailPage({ page }: { page: keyof Pages }) {
  const [pages, setPages] = useState(loaded)
  useEffect(() => {
    if (pages === null) void loadMailPages().then(setPages)
  }, [pages])
  const Page = pages?.[page]
  return Page ? <Page /> : <Waiting />
}
