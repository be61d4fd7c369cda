import { closeCodes } from '../../protocol/close-codes.ts'
import { protocolVersion } from '../../protocol/version.ts'

/** A socket that is refused opens first and is closed with the reason; one that is served answers to hello. */
export async function outcomeOfSocket(url: URL, headers: Record<string, string>): Promise<string> {
  const address = url.href.replace(/^http/, 'ws')
  // Node's own takes headers beside what browsers take.
  const socket = new WebSocket(address, { headers })
  try {
    return await new Promise<string>((heard) => {
      socket.addEventListener('open', () =>
        socket.send(JSON.stringify({ t: 'hello', v: protocolVersion, epoch: null, since: 0, from: 0 })),
      )
      socket.addEventListener('message', () => heard('served'))
      socket.addEventListener('close', ({ code, reason }) => heard(meaning(code) ?? `${code} ${reason}`))
      socket.addEventListener('error', () => heard('refused'))
    })
  } finally {
    socket.close()
  }
}

function meaning(code: number): string | null {
  if (code === closeCodes.signIn) return 'sign_in'
  if (code === closeCodes.notAMember) return 'not_found'
  return null
}
