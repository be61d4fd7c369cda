import { SignedIn, type Me, type SignIn } from '../../protocol/api.ts'
import { kindOf, Problem } from '../../protocol/problems.ts'
import { createSend } from './requests.ts'

/** The session of a program that signed in by password: cookies, which it keeps as a browser does. */
export interface CookieSession {
  /** Who signed in. */
  me: Me
  /** A fetch for this Parley alone, whose requests carry the cookies and whose answers may change them. */
  fetch: typeof globalThis.fetch
  /** What the handshake of a socket carries. */
  headers(): Promise<Record<string, string>>
}

export interface Credentials {
  /** Where Parley is, such as https://chat.example.org. */
  origin: string
  email: string
  password: string
}

/**
 * Signs a program in, in Node 22 or later. When its session cannot be refreshed any more, it signs in again. Throws
 * ProblemError (`wrong_credentials`) or NetworkError.
 */
export async function signIn({ origin, email, password }: Credentials): Promise<CookieSession> {
  const cookies = new Map<string, string>()
  const headers = () => ({
    origin: new URL(origin).origin,
    cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  })

  async function once(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const answer = await fetch(input, { ...init, headers: { ...(init?.headers as object), ...headers() } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }

  const send = createSend(once, origin)

  async function enter(): Promise<Me> {
    const secret = { email, password } satisfies typeof SignIn._zod.input
    return (await send('POST', 'auth/sign-in', SignedIn, secret)).me
  }

  let renewing: Promise<void> | null = null

  /** Together, however many requests found that the session is over: a refresh token counts once. */
  function renew(): Promise<void> {
    renewing ??= refresh().finally(() => {
      renewing = null
    })
    return renewing
  }

  async function refresh(): Promise<void> {
    const answer = await once(`${origin}/api/v1/auth/refresh`, { method: 'POST' })
    // It was ended, or slept too long. The password is still good, or says so itself.
    if (answer.status === 401) await enter()
  }

  const me = await enter()
  return {
    me,
    async fetch(input, init) {
      const answer = await once(input, init)
      if (!(await isOver(answer))) return answer
      const address = input instanceof Request ? input.url : input.toString()
      if (address.endsWith('/auth/refresh')) await enter()
      else await renew()
      return await once(input, init)
    },
    headers: async () => headers(),
  }
}

async function isOver(answer: Response): Promise<boolean> {
  if (answer.status !== 401) return false
  const problem = Problem.safeParse(await answer.clone().json())
  return problem.success && kindOf(problem.data) === 'sign_in'
}
