/** Who asks for a socket, as the worker has established it. */
export interface Visitor {
  person: string
  device: string
  /** The sign-in behind the session, and when its token was made, where Auth says so. */
  login?: string | null
  issuedAt?: number | null
  expiresAt: number
}

/** Who asks for a room's chat without being a member, as its meeting has established it. `from`: nothing up to this seq is theirs. */
export interface GuestVisitor {
  guest: { id: string; name: string; meeting: string; from: number }
  expiresAt: number
}

/** How the worker hands a visitor over; it removes these headers from what came from outside. */
const visitorHeader = 'x-parley-visitor'

/** The request with which the worker asks an object for a socket: nothing that came from outside but the upgrade itself. */
export function upgradeFor(visitor: Visitor | GuestVisitor, more: Record<string, string> = {}): Request {
  const headers = { upgrade: 'websocket', [visitorHeader]: JSON.stringify(visitor), ...more }
  return new Request('https://object/socket', { headers })
}

/** Whom the worker sends; null when this is no upgrade. */
export function comerOf(request: Request): Visitor | GuestVisitor | null {
  if (request.headers.get('upgrade') !== 'websocket') return null
  return JSON.parse(request.headers.get(visitorHeader) ?? 'null') as Visitor | GuestVisitor | null
}

/** The same where no guests come. */
export function visitorOf(request: Request): Visitor | null {
  const comer = comerOf(request)
  return comer && 'guest' in comer ? null : comer
}
