import { decodeJwt, SignJWT } from 'jose'
import { bindings } from './database.ts'
import type { Person } from './people.ts'

/** The person's access token with another end, signed as Auth signs; `claims` changes more of it. */
export async function tokenEnding(
  person: Person,
  endsAt: number,
  claims: Record<string, unknown> = {},
  secret = bindings.SUPABASE_JWT_SECRET!,
): Promise<string> {
  const now = decodeJwt(person.cookies.get('parley_access')!)
  return await new SignJWT({ ...now, exp: Math.floor(endsAt / 1_000), ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret))
}

/** This person's browser with an access token that ends then. */
export async function withTokenEnding(person: Person, endsAt: number): Promise<Person> {
  return { ...person, cookies: new Map(person.cookies).set('parley_access', await tokenEnding(person, endsAt)) }
}
