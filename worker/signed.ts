import { errors, jwtVerify, SignJWT } from 'jose'
import * as z from 'zod/mini'

/** Our own signed word: claims for one audience, which count until a time in epoch milliseconds. */
export async function sign(claims: object, audience: string, until: number, secret: string): Promise<string> {
  return await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(audience)
    .setExpirationTime(Math.ceil(until / 1_000))
    .sign(new TextEncoder().encode(secret))
}

/** What `sign` was given, or null when it is forged, altered, over or meant for another audience. */
export async function readSigned<T extends z.ZodMiniType>(
  token: string,
  audience: string,
  schema: T,
  secret: string,
): Promise<z.infer<T> | null> {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), { audience, algorithms: ['HS256'] })
    return schema.parse(payload)
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.core.$ZodError) return null
    throw error
  }
}
