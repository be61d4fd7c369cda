import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { Uuid } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { sessionSign } from '../protocol/session-sign.ts'
import type { App } from './env.ts'

const access = 'parley_access'
const refresh = 'parley_refresh'
const device = 'parley_device'
/** The person's name, which not every access token carries: shown to the person alone, so nobody gains by changing it. */
const name = 'parley_name'
const grace = 'parley_grace'
const recovered = 'parley_recovered'
const mailed = 'parley_mailed'
const erasure = 'parley_erasure'
const guest = 'parley_guest'
const everywhere = '/'
const refreshPath = '/api/v1/auth'
const erasurePath = '/api/v1/me/erasure'

/** Cookies outlive the access token: an expired one is told from none, and the refresh token decides. */
const lifeS = 400 * 86_400

/**
 * Stores a fresh pair of tokens, the person's name and the device's id in cookies that no script can read, and beside them the
 * sign that they are there. Auth has answered: grace ends.
 */
export function keepTokens(
  c: Context<App>,
  tokens: { access_token: string; refresh_token: string },
  personName: string,
  deviceId: string,
): void {
  keep(c, name, personName)
  keep(c, access, tokens.access_token)
  keep(c, refresh, tokens.refresh_token, refreshPath)
  keep(c, sessionSign, '1', everywhere, lifeS, false)
  if (deviceOf(c) !== deviceId) keep(c, device, deviceId)
  if (graceCookieOf(c) !== null) deleteCookie(c, grace, { path: everywhere })
}

/** The person is called otherwise from now on. */
export function keepName(c: Context<App>, personName: string): void {
  keep(c, name, personName)
}

/** Forgets the session here; the device keeps its id. */
export function dropTokens(c: Context<App>): void {
  for (const each of [access, name, grace, sessionSign]) deleteCookie(c, each, { path: everywhere })
  if (recoveredCookieOf(c) !== null) dropRecovered(c)
  deleteCookie(c, refresh, { path: refreshPath })
}

/** Stores what stands in for a session while Auth is away. */
export function keepGrace(c: Context<App>, signed: string): void {
  keep(c, grace, signed, everywhere, limits.graceMs / 1_000)
}

/** Stores that the session came from a recovery. */
export function keepRecovered(c: Context<App>, signed: string): void {
  keep(c, recovered, signed, refreshPath, limits.recoveredMs / 1_000)
}

export function recoveredCookieOf(c: Context<App>): string | null {
  return getCookie(c, recovered) ?? null
}

export function dropRecovered(c: Context<App>): void {
  deleteCookie(c, recovered, { path: refreshPath })
}

/** Stores that the session came from a mailed code or link. */
export function keepMailed(c: Context<App>, signed: string): void {
  keep(c, mailed, signed, erasurePath, limits.mailedMs / 1_000)
}

export function mailedCookieOf(c: Context<App>): string | null {
  return getCookie(c, mailed) ?? null
}

/** Stores whose account this browser has seen being deleted. */
export function keepErasure(c: Context<App>, signed: string): void {
  keep(c, erasure, signed, erasurePath, limits.endedMs / 1_000)
}

export function erasureCookieOf(c: Context<App>): string | null {
  return getCookie(c, erasure) ?? null
}

/** Stores who a guest is, and in which meeting. */
export function keepGuest(c: Context<App>, signed: string): void {
  keep(c, guest, signed, everywhere, limits.guestMs / 1_000)
}

export function guestCookieOf(c: Context<App>): string | null {
  return getCookie(c, guest) ?? null
}

export function accessTokenOf(c: Context<App>): string | null {
  return getCookie(c, access) ?? null
}

export function refreshTokenOf(c: Context<App>): string | null {
  return getCookie(c, refresh) ?? null
}

export function graceCookieOf(c: Context<App>): string | null {
  return getCookie(c, grace) ?? null
}

export function personNameOf(c: Context<App>): string | null {
  return getCookie(c, name) ?? null
}

/** The id of the browser that asks, or null when it has none yet. */
export function deviceOf(c: Context<App>): string | null {
  const read = Uuid.safeParse(getCookie(c, device))
  return read.success ? read.data : null
}

function keep(c: Context<App>, key: string, value: string, path = everywhere, maxAge = lifeS, httpOnly = true): void {
  const secure = new URL(c.req.url).protocol === 'https:'
  setCookie(c, key, value, { httpOnly, sameSite: 'Lax', secure, maxAge, path })
}
