import { expect } from 'vitest'

/** A mail as the mailbox of a local Parley shows it. */
interface Mail {
  id: string
  to: string
  subject: string
  link: string | null
  code: string | null
}

/** The mailbox of a Parley that runs here: each mail is read once. */
export function openMailbox(env: Record<string, string>) {
  const read = new Set<string>()
  /** The next mail to an address that was not read yet, once it has come. */
  return async (to: string): Promise<{ subject: string; path: string; code: string }> => {
    let mail: Mail | undefined
    await expect
      .poll(async () => {
        const answer = await fetch(`http://127.0.0.1:${env['PARLEY_SUPABASE_PORT']}/mailbox.json`)
        const { mails } = (await answer.json()) as { mails: Mail[] }
        mail = mails.findLast((each) => each.to === to && !read.has(each.id))
        return mail?.to
      })
      .toBe(to)
    read.add(mail!.id)
    const { pathname, search } = new URL(mail!.link!)
    return { subject: mail!.subject, path: pathname + search, code: mail!.code ?? '' }
  }
}
