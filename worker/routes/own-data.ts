import { Hono, type Context } from 'hono'
import * as z from 'zod/mini'
import { exportData, previewErasure, readErasure, startErasure } from '../../protocol/endpoints/own-data.ts'
import { Uuid } from '../../protocol/ids.ts'
import { isPassword } from '../auth.ts'
import { dropTokens } from '../cookies.ts'
import type { App } from '../env.ts'
import { erasedOf, rememberErasure } from '../erasure.ts'
import { archive } from '../export/archive.ts'
import { ExportedPerson, ownFiles, type AskAbout } from '../export/own-files.ts'
import { readsMail } from '../mailed.ts'
import { inboxObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { serve } from '../serve.ts'
import { bearer } from '../session.ts'
import { asService, dataOf, known } from '../supabase.ts'
import type { Session } from '../token.ts'
import { countTry } from '../tries.ts'

/** What someone takes with them, and how they go. */
export const ownData = new Hono<App>()

const Plan = z.nullable(
  z.object({
    rooms: z.int(),
    owned: z.array(
      z.object({
        ...{ room: Uuid, name: z.string(), members: z.int() },
        ...{ heir: z.nullable(Uuid), heirName: z.nullable(z.string()) },
      }),
    ),
  }),
)

serve(ownData, previewErasure, async ({ c, session }) => {
  const { rooms, owned } = known(Plan.parse(await askAbout(c, session.me.person.id)('erasure_plan')))
  const groups = owned.map(({ heir, heirName, room, name, members }) => {
    return { room, name, members, heir: heir === null ? null : { person: heir, name: heirName ?? '' } }
  })
  return [200, { rooms, groups }]
})

serve(ownData, startErasure, async ({ c, session, body }) => {
  const { id } = session.me.person
  const inbox = inboxObject(c.env, id)
  // The answer may have been lost, and the account be gone by now: who has begun need not prove it again.
  const { state } = await inbox.erasure()
  if (state === 'none') await confirm(c, session, body.password)
  const erasure = await inbox.erase(body.mode)
  if (bearer(c) === null) dropTokens(c)
  await rememberErasure(c, id)
  return [202, erasure]
})

serve(ownData, readErasure, async ({ c, session }) => {
  const person = session?.me.person.id ?? (await erasedOf(c))
  if (person === null) throw new ProblemError('sign_in')
  return [200, await inboxObject(c.env, person).erasure()]
})

serve(ownData, exportData, async ({ c, session }) => {
  const { id, email } = session.me.person
  const ask = askAbout(c, id)
  const person = known(ExportedPerson.parse(await ask('export_person')))
  const at = Date.now()
  const name = `parley-${new Date(at).toISOString().slice(0, 10)}.zip`
  return new Response(archive(ownFiles(patiently(ask), person, email, at), at), {
    headers: { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${name}"` },
  })
})

/** Problem: wrong_credentials. */
async function confirm(c: Context<App>, session: Session, password: string | undefined): Promise<void> {
  const { email } = session.me.person
  if (password === undefined) {
    if (await readsMail(c, session)) return
    throw new ProblemError('wrong_credentials', 'Say your password, or sign in with a mailed code first.')
  }
  const forget = await countTry(c.env, 'password', email)
  if (!(await isPassword(c, email, password))) {
    throw new ProblemError('wrong_credentials', 'The password is another one.')
  }
  await forget()
}

/** Asks functions of schema `parley` about a person, as the service. Problem: database_away. */
function askAbout(c: Context<App>, person: string): AskAbout {
  return async (name, args = {}) => {
    const answer = await asService(c.env)
      .rpc(name as never, { p_person: person, ...args } as never)
      .retry(false)
    return answer.error || answer.data !== null ? dataOf(answer as { data: unknown } & typeof answer) : null
  }
}

/** An answer that has begun cannot say that the database is away: it waits a moment, twice, and then breaks off. */
function patiently(ask: AskAbout): AskAbout {
  return async (name, args) => {
    for (const waitMs of [500, 2_000]) {
      try {
        return await ask(name, args)
      } catch (error) {
        if (!(error instanceof ProblemError && error.kind === 'database_away')) throw error
        await scheduler.wait(waitMs)
      }
    }
    return await ask(name, args)
  }
}
